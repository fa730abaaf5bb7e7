"""Identifiers and titles of publications, as they are compared."""

import re
import unicodedata
from typing import Final

_BEFORE_DOI: Final = re.compile(
    r"^(?:(?:https?://)?(?:(?:dx|www)\.)?doi\.org/|(?:info:|urn:)?doi\b[:/\s]*)+"
)


def plain_doi(doi: str | None) -> str:
    """A DOI without resolver and case; empty where there is none."""
    return _BEFORE_DOI.sub("", (doi or "").strip().casefold())


def plain_title(title: str) -> str:
    """A title as it is compared: letters and digits only."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", plain))
