"""Addresses that lead to a passage and prove it unchanged."""

from hashlib import sha256
from urllib.parse import quote, urlencode

from corpus.types import Passage


def text_sha256(passage: Passage) -> str:
    """The hash of a passage's text."""
    return sha256(passage.text.encode()).hexdigest()


def permalink(passage: Passage, generation: str, model: str) -> str:
    """The path that leads to a passage, and tells later whether it is still the same."""
    proof = {"text_sha256": text_sha256(passage), "generation": generation, "model": model}
    return f"/v1/passages/{quote(passage.passage_id, safe='')}?{urlencode(proof)}"
