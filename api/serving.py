"""Running the service: one process, or several over one index."""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Mapping
from contextlib import closing
from multiprocessing.process import BaseProcess
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from api import logs, metrics
from api.app import create_app
from api.listening import listening
from api.settings import Settings, load_settings
from corpus.centres import load_registry
from corpus.errors import SettingError
from search.live import LiveSearcher
from search.loading import load_searcher

GRACE_S: Final = 10  # seconds that requests under way have to end when the service is stopped
_WORKER_S: Final = 30  # seconds a worker may be silent before it is taken for dead
#: Objects made before garbage is looked for: an answer makes thousands, which go with it.
_LOOKED_AFTER: Final = 5_000
#: How uvicorn serves, in one process and in many.
_SERVED: Final[Mapping[str, Any]] = {
    "log_config": None,
    "access_log": False,
    "proxy_headers": False,  # the app believes those proxies only that the settings name
    "timeout_graceful_shutdown": GRACE_S,
}
#: Settings that may have been given as options: workers read them from the environment.
_OPTIONS: Final = ("home", "host", "port")

_log = logging.getLogger(__name__)


def serve(settings: Settings, source: LiveSearcher | None = None) -> None:
    """Serve until stopped; what is wrong with index or registry is said before anything listens.

    Args:
        settings: of the service.
        source: the index, opened already; not for several workers, who open it themselves.

    Raises:
        NoIndex, IndexUnusable, EncoderError: there is nothing to serve.
        RegistryError: the registry of centres has faults.
        SettingError: the address is taken or not this machine's.
    """
    load_registry(settings.registry)
    if settings.workers > 1:
        _serve_many(settings)
        return
    source = source or LiveSearcher(
        settings.home, reranker=settings.reranker, engine=settings.engine
    )
    check_free(settings.host, settings.port)
    logs.configure(settings.log_format)
    _warn(settings)
    _look_less_for_garbage()
    try:
        uvicorn.run(create_app(settings, source), host=settings.host, port=settings.port, **_SERVED)
    finally:
        source.close()


def _serve_many(settings: Settings) -> None:
    """Several processes; each opens the index itself, and all share its pages in memory."""
    load_searcher(settings.home, reranker=settings.reranker, engine=settings.engine).close()
    check_free(settings.host, settings.port)
    logs.configure(settings.log_format)
    _warn(settings)
    given = {f"EVIDENCE_{name.upper()}": str(getattr(settings, name)) for name in _OPTIONS}
    with tempfile.TemporaryDirectory(prefix="evidence-metrics-") as shared:
        os.environ.update(given | {metrics.SHARED: shared})
        config = uvicorn.Config(
            "api.serving:worker",
            factory=True,
            workers=settings.workers,
            host=settings.host,
            port=settings.port,
            timeout_worker_healthcheck=_WORKER_S,
            **_SERVED,
        )
        with closing(listening(config)) as shared_socket:
            Multiprocess(config, sockets=[shared_socket]).run()


def _warn(settings: Settings) -> None:
    if settings.public_url and not settings.trusted_proxies:
        _log.warning(
            "EVIDENCE_PUBLIC_URL is set and EVIDENCE_TRUSTED_PROXIES is not: behind a proxy, all "
            "visitors count as one"
        )


def worker() -> FastAPI:
    """The app of one of several processes, by the settings of its environment."""
    settings = load_settings()
    logs.configure(settings.log_format)
    if first := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(first,), name="end-with", daemon=True).start()
    _look_less_for_garbage()
    return create_app(settings)


def _look_less_for_garbage() -> None:
    """Not at what is imported, which stays, nor between any two steps of an answer."""
    gc.collect()
    gc.freeze()
    _, *older = gc.get_threshold()
    gc.set_threshold(_LOOKED_AFTER, *older)


def _end_with(first: BaseProcess) -> None:
    """Stop in order once the first process is gone: killed outright, it tells nobody."""
    first.join()
    os.kill(os.getpid(), signal.SIGTERM)


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
