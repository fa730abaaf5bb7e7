"""What an index is to those who ask it, whatever keeps it: files of a home, or a database.

The seam lies where one question needs one visit: `Index.propose` brings the candidates of both
halves, each scored by both, so that a database is asked once (docs/adr/0020).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.details import ReportDetails
from corpus.types import Passage, Report
from search.encoder.types import Tokens, Vectors
from search.index.manifest import Manifest
from search.index.store import StoredPassage
from search.index.types import Candidates, Ordinals, Proposed, Scores, Within
from search.stopwatch import Stopwatch
from search.types import Filters


class Shelf(Protocol):
    """Reports and passages as they were stored. Reports are addressed by their row."""

    @property
    def reports(self) -> Sequence[Report]:
        """Every report, in row order; an engine has gaps between rows, so look up by `at`."""
        ...

    def at(self, rows: Iterable[int]) -> dict[int, Report]:
        """The reports at these rows, by row."""
        ...

    def row_of(self, report_id: str) -> int:
        """The row of the report of that id; raises UnknownId."""
        ...

    def report(self, report_id: str) -> Report:
        """The report of that id; raises UnknownId."""
        ...

    def details(self, report_id: str) -> ReportDetails:
        """Everything kept of the report of that id; raises UnknownId."""
        ...

    def passage(self, passage_id: str) -> StoredPassage:
        """The passage of that id; raises UnknownId."""
        ...

    def passages_of(self, report_id: str) -> tuple[Passage, ...]:
        """All passages of a report, in reading order, unranked kinds too; raises UnknownId."""
        ...

    def fetch(self, ordinals: Iterable[int]) -> Mapping[int, StoredPassage]:
        """The passages at these ordinals."""
        ...

    def passage_ids(self, ordinals: Iterable[int]) -> Mapping[int, str]:
        """The ids of the passages at these ordinals."""
        ...


class Words(Protocol):
    """What the lexical half knows of words. A term is a word as `terms.stems` gives it."""

    def __len__(self) -> int:
        """How many passages there are."""
        ...

    def frequency(self, term: str) -> int:
        """How many passages have this term."""
        ...

    def known(self, word: str) -> bool:
        """Whether any passage has the word, however it is spelt."""
        ...

    def nearest(self, stem: str) -> str | None:
        """The term a mistyped stem may have meant: one slip off, the most frequent."""
        ...

    def having(self, term: str, k: int) -> Ordinals:
        """The k passages in which a term weighs most."""
        ...

    def mentioning(self, name: str, report_rows: Iterable[int]) -> frozenset[int]:
        """Those of the reports that have a word which begins as the name does."""
        ...


class TokenScores(Protocol):
    """Late interaction of a question's tokens with those of passages."""

    def score(self, query: Tokens, ordinals: Ordinals) -> Scores:
        """Each given passage's score, -1 to 1, shape (len(ordinals),)."""
        ...

    def score_spans(
        self, query: Tokens, ordinal: int, spans: Sequence[tuple[int, int]], before: int
    ) -> Scores:
        """The score of each part of a passage, shape (len(spans),); -1 where it has no token."""
        ...


class Index(Protocol):
    """One generation, opened. Safe to share by threads."""

    @property
    def manifest(self) -> Manifest:
        """What the generation says of itself."""
        ...

    @property
    def store(self) -> Shelf:
        """Reports and passages."""
        ...

    @property
    def lexical(self) -> Words:
        """Its words."""
        ...

    @property
    def tokens(self) -> TokenScores | None:
        """Token vectors, where the encoder gives any."""
        ...

    @property
    def years(self) -> tuple[int, int]:
        """The years of the oldest and the newest report; zeros where none is known."""
        ...

    def propose(
        self,
        question: str,
        vector: Callable[[], NDArray[np.float32]],
        depth: int,
        within: Within,
        watch: Stopwatch,
    ) -> Proposed:
        """The `depth` best of each half, every one of them scored by both.

        `vector` makes the question's, which takes a while: words may be looked up meanwhile.
        """
        ...

    def near(self, vectors: Vectors, depth: int, within: Within) -> Iterator[Candidates]:
        """Passages near any of the vectors, a few vectors at a time; some may come twice.

        Of n vectors looked up together the n x `depth` passages nearest to any of them, or all
        within; a passage's score is the highest of its cosines. Where an index is walked they are
        the nearest as far as it finds them.
        """
        ...

    def centre(self, sample: int) -> NDArray[np.float32]:
        """The mean vector of an even sample of the passages, shape (dimension,)."""
        ...

    def vectors(self, ordinals: Ordinals) -> Vectors:
        """The vectors of ranked passages, shape (len(ordinals), dimension)."""
        ...

    def ranked_of(self, report_row: int) -> Ordinals:
        """The ranked passages of a report, in reading order."""
        ...

    def report_rows(self, ordinals: Ordinals) -> Ordinals:
        """The report row of each ranked passage."""
        ...

    def groups(self, ordinals: Ordinals) -> Ordinals:
        """A number for each ranked passage: near-duplicates share one."""
        ...

    def repeats(self, ordinals: Ordinals, within: Within) -> Mapping[int, list[int]]:
        """For each of these passages the ordinals of its other near-duplicates within."""
        ...

    def passing(self, filters: Filters) -> tuple[Report, ...]:
        """The reports that can be found and pass, in row order."""
        ...

    def check(self) -> None:
        """Raise EngineUnavailable where what keeps the index does not answer."""
        ...

    def close(self) -> None:
        """Let go of it; it cannot be used afterwards."""
        ...
