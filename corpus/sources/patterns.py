"""Globs over addresses: `*` is any run of characters, letters count without their case."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    # `?` begins a query in an address and `[` is rare: both stand for themselves.
    plain = glob.replace("[", "[[]").replace("?", "[?]")
    return re.compile(translate(plain), re.IGNORECASE)


def matches(url: str, globs: Iterable[str]) -> bool:
    """Whether an address matches one of the globs."""
    return any(_compiled(glob).match(url) for glob in globs)


def wanted(url: str, take: tuple[str, ...], leave: tuple[str, ...]) -> bool:
    """Whether an address is taken: by one of `take` (or all, without any), by none of `leave`."""
    return (not take or matches(url, take)) and not matches(url, leave)
