"""What the database's lexical half knows of words."""

from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase, digits
from typing import Final

import numpy as np

from search.cache import Cache
from search.index.bm25 import rarity, sparse
from search.index.postgres.asking import Asking, Weighted
from search.index.postgres.connections import Connections
from search.index.postgres.narrowing import clean
from search.index.postgres.schema import SPARSE_DIMENSIONS
from search.index.terms import SHORTEST_MENDED, beginning, is_known, is_slip, query_terms, stems
from search.index.types import Ordinals
from search.index.variants import variants

TERMS_HELD: Final = 100_000
_LETTERS: Final = ascii_lowercase + digits
_UNKNOWN: Final = (0, 0)


class EngineWords:
    """The `Words` of one generation; terms that were asked for stay in memory."""

    def __init__(self, connections: Connections, asking: Asking, passages: int) -> None:
        self._connections = connections
        self._asking = asking
        self._passages = passages
        self._held: Cache[str, tuple[int, int]] = Cache(TERMS_HELD)

    def __len__(self) -> int:
        """How many passages there are."""
        return self._passages

    def frequency(self, term: str) -> int:
        """How many passages have this term."""
        return self._term(term)[1]

    def known(self, word: str) -> bool:
        """Whether any passage has the word, however it is spelt."""
        self._look_up([word])
        return is_known(word, self.frequency)

    def weighted(self, question: str) -> Weighted:
        """The terms of a question that there are, with their rarity."""
        self._look_up(question.split())
        words, passages = [], 0
        for spellings in query_terms(question, self.frequency):
            found = [(term, *self._term(term)) for term in spellings]
            known = [(number, rarity(count, self._passages)) for _, number, count in found if count]
            if known:
                words.append(tuple(known))
                passages += sum(count for *_, count in found)
        return Weighted(tuple(words), passages)

    def nearest(self, stem: str) -> str | None:
        """The term a mistyped stem may have meant: one slip off, the most frequent."""
        if len(stem) < SHORTEST_MENDED or not stem.isalpha():
            return None
        found = self._connections.rows(
            self._asking.plain(
                "SELECT term FROM {schema}.term WHERE term = ANY(%(terms)s::text[]) "
                "AND passages > 0 ORDER BY passages DESC, term"
            ),
            {"terms": sorted(set(_slips(stem)))},
        )
        return next((term for (term,) in found if is_slip(stem, term)), None)

    def having(self, term: str, k: int) -> Ordinals:
        """The k passages in which a term weighs most."""
        number, passages = self._term(term)
        if not passages:
            return np.empty(0, np.int64)
        found = self._connections.rows(
            self._asking.plain(
                "SELECT ordinal FROM {schema}.lexical WHERE terms @> %(terms)s::integer[] "
                "ORDER BY weights <#> %(asked)s::sparsevec, ordinal LIMIT %(k)s"
            ),
            {"terms": [number], "asked": sparse({number: 1}, SPARSE_DIMENSIONS), "k": k},
        )
        return np.array([ordinal for (ordinal,) in found], np.int64)

    def mentioning(self, name: str, report_rows: Iterable[int]) -> frozenset[int]:
        """Those of the reports that have a word which begins as the name does."""
        found = self._connections.rows(
            self._asking.plain(
                "SELECT report_row FROM {schema}.report "
                "WHERE report_row = ANY(%(rows)s::bigint[]) "
                "AND strpos(' ' || array_to_string(words, ' '), %(start)s) > 0"
            ),
            {"rows": [int(row) for row in report_rows], "start": f" {clean(beginning(name))}"},
        )
        return frozenset(row for (row,) in found)

    def _term(self, term: str) -> tuple[int, int]:
        """A term's number and how many passages have it; zeros where none has."""
        return self._held.get([term], self._load)[term]

    def _look_up(self, words: list[str]) -> None:
        """Bring the terms of these words, and of their other spellings, in one visit."""
        spelt = (each for word in words for each in (word, *variants(word.lower())))
        self._held.get({stem for each in spelt for stem in stems(each)}, self._load)

    def _load(self, terms: list[str]) -> Mapping[str, tuple[int, int]]:
        by_clean = {clean(term): term for term in terms}
        found = self._connections.rows(
            self._asking.plain(
                "SELECT term, id, passages FROM {schema}.term WHERE term = ANY(%(terms)s::text[])"
            ),
            {"terms": list(by_clean)},
        )
        return dict.fromkeys(terms, _UNKNOWN) | {
            by_clean[term]: (number, passages) for term, number, passages in found
        }


def _slips(stem: str) -> Iterator[str]:
    """Every word that one slip parts from a stem: far fewer than the terms of a large library."""
    for place in range(1, len(stem) + 1):
        before, after = stem[:place], stem[place:]
        yield before + after[1:]
        for letter in _LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
    yield stem[1] + stem[0] + stem[2:]
