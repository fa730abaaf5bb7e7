"""Addresses that lead to a passage and prove it unchanged."""

from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, urlencode

from corpus.types import Passage


def text_sha256(passage: Passage) -> str:
    """The hash of a passage's text."""
    return sha256(passage.text.encode()).hexdigest()


def permalink(passage: Passage, generation: str, model: str) -> str:
    """The path that leads to a passage, and tells later whether it is still the same."""
    given = f"text_sha256={text_sha256(passage)}&{_found_by(generation, model)}"
    return f"/v1/passages/{quote(passage.passage_id, safe='')}?{given}"


@lru_cache(maxsize=16)
def _found_by(generation: str, model: str) -> str:
    return urlencode({"generation": generation, "model": model})
