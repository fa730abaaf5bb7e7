"""The questions: read, checked, and matched with what a searcher gives."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search.types import ScoredPassage

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `report` is the file that answers it and `pages` where, None if nothing does."""

    id: str
    part: str
    question: str
    report: str | None
    pages: frozenset[int]

    @property
    def answerable(self) -> bool:
        """Whether a report of the collection answers it."""
        return self.report is not None

    def answered_by(self, hit: ScoredPassage) -> bool:
        """Whether a passage is of a page that answers."""
        return self.in_report(hit) and bool(self.pages & {span.page for span in hit.passage.spans})

    def in_report(self, hit: ScoredPassage) -> bool:
        """Whether a passage is of the report that answers."""
        return self.report is not None and Path(hit.report.file).name == self.report


def load_questions(part: str) -> list[Question]:
    """Questions of a part, dev or test, in the order of their files."""
    return [q for q in _all(sorted(FOLDER.glob("questions_*.jsonl"))) if q.part == part]


def _all(files: Iterable[Path]) -> Iterator[Question]:
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield Question(
                row["id"], row["part"], row["question"], row["report"], frozenset(row["pages"])
            )
