"""Origins: the scheme, host and port of a site, written in the one way browsers write them."""

import re
from typing import Final
from urllib.parse import urlsplit

from api.keys.errors import WrongKeyOptions

_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"|\[[0-9a-f:.]+\]"
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_CURE: Final = "Write scheme and host as the browser's address bar shows them: https://example.org"


def parse_origin(text: str) -> str:
    """An origin as browsers send it: lower case, without the scheme's own port.

    Names beyond ASCII come out in their xn-- form; a single slash at the end is forgiven.

    Raises:
        WrongKeyOptions: a path, a wildcard, "null", another scheme than http and https.
    """
    given = text.strip().removesuffix("/")
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
        host = f"[{host}]" if ":" in host else host.encode("idna").decode()
    except ValueError as error:  # a port that is none, a name that cannot be
        raise WrongKeyOptions(f"{text!r} is no origin: {error}.", cure=_CURE) from error
    rest = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in _DEFAULT_PORTS or rest or not _HOST.fullmatch(host):
        raise WrongKeyOptions(f"{text!r} is no origin.", cure=_CURE)
    own = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" if own else f"{parts.scheme}://{host}:{port}"
