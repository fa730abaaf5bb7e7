"""A library that is filled in a line, and texts to fill it with."""

import random
from typing import Any

from corpus.library.arrivals import Origin, Reading
from corpus.library.library import Library
from corpus.library.shelf import Shelved, current_reports, shelve
from corpus.metadata.claims import ClaimSource, claims_of
from corpus.types import Block, BlockKind, Document, DocumentType, Metadata, Page


def words(seed: int, count: int = 400) -> str:
    """A text that has no run of words in common with that of another seed."""
    some = random.Random(seed)
    return " ".join(f"{some.choice('abcdefgh')}{some.randrange(10_000)}" for _ in range(count))


def nearly(text: str) -> str:
    """The text with a few words changed, as another edition has them."""
    return " ".join(
        "changed" if place in {50, 150, 250} else word for place, word in enumerate(text.split())
    )


def document(text: str) -> Document:
    page = Page(1, None, text, (Block(0, len(text), BlockKind.PARAGRAPH),))
    return Document(DocumentType.TEXT, (page,))


class Shelf:
    """A library that reads what it is given at once."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def put(
        self,
        place: str,
        text: str,
        *,
        centre: str | None = None,
        page: str | None = None,
        path: str | None = None,
        **known: Any,  # noqa: ANN401
    ) -> str:
        """Add a file whose bytes are its text, as it came from that place; its report's id."""
        report_id, _ = self.library.add(
            f"{text}".encode(),
            path=path or place,
            place=place,
            name=place.rsplit("/", 1)[-1],
            claims=claims_of(Metadata(centre=centre, **known), ClaimSource.LISTING),
            origin=Origin(centre, page, "2026-01-02T03:04:05+00:00", {"etag": '"a"'}),
        )
        for entry in self.library.readings.unread():
            data = self.library.original(entry.sha256).read_bytes().decode()
            self.library.readings.record(entry, Reading(document(data.removesuffix("\n"))))
        return report_id

    def shown(self) -> dict[str, Shelved]:
        return {each.report.report_id: each for each in shelve(self.library)}

    def current(self) -> list[str]:
        return [report.report_id for report in current_reports(self.library)]
