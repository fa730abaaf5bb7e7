"""The content security policy: nothing is allowed that a page does not need."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

#: What every page gets; a page that needs something else says so itself.
_USUAL: Final = MappingProxyType(
    {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
)


def content_policy(*, framed_by: Iterable[str] = (), frames: bool = False) -> str:
    """A policy as its header has it.

    Args:
        framed_by: origins whose pages may show the page in a frame.
        frames: whether the page may itself show pages of this service in frames.
    """
    allowed = dict(_USUAL)
    if origins := list(framed_by):
        allowed["frame-ancestors"] = " ".join(origins)
    if frames:
        allowed["frame-src"] = "'self'"
    return "; ".join(f"{name} {value}" for name, value in allowed.items())
