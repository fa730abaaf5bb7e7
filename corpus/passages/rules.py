"""How passages are cut, and the text that is embedded for one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from corpus.types import Passage

TITLE_BYTES: Final = 160
HEADING_BYTES: Final = 80
HEADINGS: Final = 2
CONTEXT_BYTES: Final = 220  # title and headings; no encoder makes more tokens than bytes


@dataclass(frozen=True, slots=True)
class PassageRules:
    """Sizes in the encoder's tokens. Written into the index manifest.

    `max_tokens` bounds the embedded text, context and two special tokens included;
    `target_tokens` is what paragraphs are packed up to; a last passage of a section below
    `min_tokens` joins the one before it where both fit; `max_characters` cuts what has no
    words to count.
    """

    max_tokens: int = 256
    target_tokens: int = 160
    min_tokens: int = 32
    max_characters: int = 3_000
    version: int = 2

    def fitted(self, max_tokens: int) -> Self:
        """The same rules for an encoder that takes at most that many tokens."""
        most = min(self.max_tokens, max_tokens)
        return replace(self, max_tokens=most, target_tokens=min(self.target_tokens, most))


def context_of(title: str, section: Sequence[str]) -> str:
    """What is put in front of a passage before it is embedded: title and nearest headings.

    At most `CONTEXT_BYTES` of UTF-8; where they are too long the title gives way.
    """
    headings = "".join(f"\n{_cut(heading, HEADING_BYTES)}" for heading in section[-HEADINGS:])
    left = CONTEXT_BYTES - len(headings.encode())
    return _cut(title, min(TITLE_BYTES, left)) + headings


def _cut(text: str, most: int) -> str:
    """The longest beginning of a text that takes at most that many bytes."""
    return text.encode(errors="ignore")[:most].decode(errors="ignore")


def embedded_text(title: str, passage: Passage) -> str:
    """The text that is embedded for a passage: derived, and never shown as a quotation."""
    return f"{context_of(title, passage.section)}\n{passage.text}"
