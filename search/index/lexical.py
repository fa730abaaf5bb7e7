"""The lexical half: tantivy's BM25 over title, headings and text, with English stemming.

BM25 as in Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework", with
tantivy's k1 = 1.2 and b = 0.75. Title, headings and text are counted as one field: scoring
them apart and adding up lost on every weighting tried (docs/relevance.md, ADR 0006).
"""

from collections.abc import Iterable, Sequence
from math import ceil
from pathlib import Path
from typing import Final

import numpy as np
from tantivy import (
    Index,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
)

from search.errors import IndexUnusable
from search.index.bm25 import rarity
from search.index.counted import CountedWords, open_counts
from search.index.manifest import REBUILD, Counts
from search.index.numbers import Numbers
from search.index.parts import Places
from search.index.terms import SHORTEST_MENDED, analyzer, beginning, is_known, is_slip, query_terms
from search.index.types import Allowed, Candidates, Ordinals, Scores

FOLDER_NAME: Final = "lexical"
WORDS: Final = "words"
ANALYZER: Final = "english_text"
WIDE: Final = 0.1  # of all passages: with as many allowed the best of all are gone through first
WIDER: Final = 1.5  # times as many of them as should do


def schema() -> Schema:
    """One document a passage; `ordinal` and `report` are `Numbers`, `words` English text."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("ordinal", stored=False, indexed=False, fast=True)
    builder.add_unsigned_field("report", stored=False, indexed=True, fast=True)
    builder.add_text_field(WORDS, stored=False, tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


class LexicalHalf:
    """A `Retriever` of words: the query is the question as it was asked."""

    def __init__(self, index: Index, numbers: Numbers, counted: CountedWords) -> None:
        self._index = index
        self._numbers = numbers
        self._counted = counted
        self._schema = index.schema
        self._searcher = index.searcher()

    def __len__(self) -> int:
        """How many passages there are."""
        return int(self._searcher.num_docs)

    def search(self, query: str, k: int, allowed: Allowed | None = None) -> Candidates:
        """The k best allowed passages that share a term with the query, best first."""
        wanted = self._terms(query)
        if wanted is None or len(self) == 0:
            return _NOTHING
        if allowed is None:
            return self._run(wanted, min(k, len(self)))
        share = np.count_nonzero(allowed.mask) / len(self)
        if share > WIDE:
            most = min(len(self), ceil(WIDER * k / share))
            found = self._run(wanted, most)
            passed = found.within(allowed)
            if len(passed) >= k or len(found) < most:
                return passed.first(k)
        return self._run(self._within(wanted, allowed.report_rows), min(k, len(self)))

    def score(self, query: str, ordinals: Ordinals) -> Scores:
        """The BM25 score of each given passage, shape (len(ordinals),); 0 without a shared term."""
        words = [
            [(term, rarity(self.frequency(term), len(self))) for term in terms]
            for terms in self._words(query)
        ]
        return self._counted.score(words, ordinals)

    def frequency(self, term: str) -> int:
        """How many passages have this term (as `stems` gives it)."""
        return int(self._searcher.doc_freq(WORDS, term))

    def known(self, word: str) -> bool:
        """Whether any passage has the word, however it is spelt."""
        return is_known(word, self.frequency)

    def nearest(self, stem: str) -> str | None:
        """The term of this index a mistyped stem may have meant: one slip off, the most frequent.

        A slip is a letter too many, too few or wrong, or two swapped (Damerau, 1964). The first
        letter counts as typed. Stems below `SHORTEST_MENDED` letters are left alone, and so are
        those below `SHORTEST_WRONG` that one wrong consonant parts from a term: they are as
        likely another word ("statin", "static").
        """
        if len(stem) < SHORTEST_MENDED or not stem.isalpha():
            return None
        terms = self._searcher.terms_with_prefix(WORDS, stem[0])
        return next((str(term) for term, _ in terms if is_slip(stem, term)), None)

    def having(self, term: str, k: int) -> Ordinals:
        """The k passages in which a term (as `stems` gives it) weighs most."""
        return self._run(Query.term_query(self._schema, WORDS, term, "freq"), k).ordinals

    def mentioning(self, name: str, report_rows: Iterable[int]) -> frozenset[int]:
        """Those of the reports that have a word which begins as the name does.

        "Hungary" for "Hungarian".
        """
        words = self._searcher.terms_with_prefix(WORDS, beginning(name))
        if not words:
            return frozenset()
        having = [Query.term_query(self._schema, WORDS, term, "basic") for term, _ in words]
        any_of = Query.boolean_query([(Occur.Should, each) for each in having])
        rows = list(report_rows)
        numbers = self._numbers.of_reports(np.array(rows, np.int64)).tolist()
        pairs = zip(rows, numbers, strict=True)
        return frozenset(row for row, number in pairs if self._has(any_of, number))

    def _has(self, wanted: Query, number: int) -> bool:
        """Whether a passage of a report matches: few are looked at, however many others do."""
        within = Query.term_query(self._schema, "report", number)
        both = Query.boolean_query([(Occur.Must, within), (Occur.Must, wanted)])
        return bool(self._searcher.search(both, 1, count=False).hits)

    def _terms(self, query: str) -> Query | None:
        """Any of the question's terms; of a word's spellings the one that scores highest counts."""
        clauses = [(Occur.Should, self._any(terms)) for terms in self._words(query)]
        return Query.boolean_query(clauses) if clauses else None

    def _words(self, query: str) -> list[list[str]]:
        return query_terms(query, self.frequency)

    def _any(self, terms: Sequence[str]) -> Query:
        queries = [Query.term_query(self._schema, WORDS, term, "freq") for term in terms]
        return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries)

    def _within(self, wanted: Query, report_rows: Ordinals) -> Query:
        numbers = self._numbers.of_reports(report_rows).tolist()
        among = Query.term_set_query(self._schema, "report", numbers)
        return Query.boolean_query(
            [(Occur.Must, wanted), (Occur.Must, Query.const_score_query(among, 0.0))]
        )

    def _run(self, query: Query, k: int) -> Candidates:
        hits = self._searcher.search(query, limit=k, count=False).hits
        if not hits:
            return _NOTHING
        numbers = self._searcher.fast_field_values("ordinal", [address for _, address in hits])
        found = self._numbers.ordinals(np.asarray(numbers, np.int64))
        scores = np.asarray([score for score, _ in hits], np.float32)
        order = np.lexsort((found, -scores))
        return Candidates(found[order], scores[order])


_NOTHING: Final = Candidates(np.empty(0, np.int64), np.empty(0, np.float32))


def open_lexical(
    folder: Path,
    *,
    ranked: int,
    numbers: Numbers | None = None,
    counted: CountedWords | None = None,
) -> LexicalHalf:
    """Open the lexical half of a generation.

    Without `numbers` and `counted` it is that of a part alone: ordinals are its numbers.

    Raises:
        IndexUnusable: unreadable, or not of the size the manifest names.
    """
    path = folder / FOLDER_NAME
    alone = Places.of([Counts(0, ranked, ranked)])
    try:
        index = Index.open(str(path))
        index.register_tokenizer(ANALYZER, analyzer())
        half = LexicalHalf(
            index, numbers or Numbers.plain(ranked), counted or open_counts([folder], alone)
        )
    except (ValueError, OSError) as error:
        raise IndexUnusable(f"The lexical index {path} cannot be opened.", cure=REBUILD) from error
    if len(half) != ranked:
        raise IndexUnusable(
            f"The lexical index {path} holds {len(half)} passages; the manifest says {ranked}.",
            cure=REBUILD,
        )
    return half
