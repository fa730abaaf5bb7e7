"""Running the service."""

import logging
import socket
from contextlib import closing

import uvicorn

from api.app import create_app
from api.settings import Settings
from corpus.errors import SettingError
from search.loading import LiveSearcher

_log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Serve until stopped; what is wrong with the index is said before anything listens.

    Raises:
        NoIndex, IndexUnusable, EncoderError: there is nothing to serve.
        SettingError: the address is taken or not this machine's.
    """
    source = LiveSearcher(settings.home, reranker=settings.reranker)
    check_free(settings.host, settings.port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for name in ("httpx", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if settings.public_url and not settings.trusted_proxies:
        _log.warning(
            "EVIDENCE_PUBLIC_URL is set and EVIDENCE_TRUSTED_PROXIES is not: behind a proxy, all "
            "visitors count as one"
        )
    uvicorn.run(
        create_app(settings, source),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the app believes those proxies only that the settings name
        timeout_graceful_shutdown=10,
    )


def check_free(host: str, port: int) -> None:
    """Raise SettingError where an address is taken or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingError(
                f"Cannot listen on {host}:{port}: {error.strerror or error}.",
                cure="Stop what is using it, or name another with --port.",
            ) from error
