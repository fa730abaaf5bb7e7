"""The lexical half: tantivy's BM25 over title, headings and text, with English stemming.

BM25 as in Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework", with
tantivy's k1 = 1.2 and b = 0.75. Title, headings and text are counted as one field: scoring
them apart and adding up lost on every weighting tried (docs/relevance.md, ADR 0006).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from math import ceil
from pathlib import Path
from typing import Final

import numpy as np
from rapidfuzz.distance import OSA
from tantivy import (
    Filter,
    Index,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from search.errors import IndexUnusable
from search.index.bm25 import rarity
from search.index.counted import CountedWords, open_counts
from search.index.manifest import REBUILD, Counts
from search.index.numbers import Numbers
from search.index.parts import Places
from search.index.types import Allowed, Candidates, Ordinals, Scores
from search.index.variants import variants

FOLDER_NAME: Final = "lexical"
WORDS: Final = "words"
ANALYZER: Final = "english_text"
SHORTEST_BEGINNING: Final = 4  # letters of a name that must agree
SHORTEST_MENDED: Final = 5  # letters of a stem; shorter ones are near too many others
SHORTEST_WRONG: Final = 7
_VOWELS: Final = frozenset("aeiouy")
_WORD: Final = re.compile(r"[^\W_]+")
WIDE: Final = 0.1  # of all passages: with as many allowed the best of all are gone through first
WIDER: Final = 1.5  # times as many of them as should do
QUERY_TERMS: Final = 64  # distinct terms looked up; the rest of a very long question is left out


def analyzer() -> TextAnalyzer:
    """Words, lower case, without accents, English stop words or endings."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(60))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )


@lru_cache(maxsize=1)
def _analyzer() -> TextAnalyzer:
    return analyzer()


@lru_cache(maxsize=1)
def _folder() -> TextAnalyzer:
    """Words as `analyzer` has them before their endings go."""
    tokenizer = TextAnalyzerBuilder(Tokenizer.simple())
    return tokenizer.filter(Filter.lowercase()).filter(Filter.ascii_fold()).build()


def beginning(name: str) -> str:
    """What words that mean the same name begin with: a year whole, of others all but the end."""
    folded = "".join(_folder().analyze(name))
    return folded if folded.isdigit() else folded[: max(SHORTEST_BEGINNING, len(folded) - 3)]


def stems(text: str) -> list[str]:
    """The terms of a text as the lexical half counts them, in order."""
    return list(_analyzer().analyze(text))


@lru_cache(maxsize=10_000)
def _stems_of(word: str) -> tuple[str, ...]:
    return tuple(stems(word))


@lru_cache(maxsize=10_000)
def _others_of(word: str) -> tuple[str, ...]:
    """The terms of a word's other spellings."""
    return tuple(chain.from_iterable(stems(variant) for variant in variants(word.lower())))


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
        start = beginning(name)
        return frozenset(row for row in report_rows if self._mentions(start, row))

    def _mentions(self, start: str, report_row: int) -> bool:
        number = int(self._numbers.of_reports(np.array([report_row]))[0])
        within = Query.term_query(self._schema, "report", number)
        return bool(self._searcher.terms_with_prefix(WORDS, start, within, 1))

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


def query_terms(query: str, frequency: Callable[[str], int]) -> list[list[str]]:
    """The terms a question is searched by: for each of its words the spellings there are.

    Args:
        query: as it was asked.
        frequency: tells how many passages have a term.
    """
    found: dict[str, list[str]] = {}
    for word in _WORD.findall(query):
        for stem in _stems_of(word):
            if stem not in found:
                found[stem] = _spellings(word, stem, frequency)
    return list(found.values())[:QUERY_TERMS]


def is_known(word: str, frequency: Callable[[str], int]) -> bool:
    """Whether any passage has the word, however it is spelt."""
    return any(
        frequency(term) for stem in _stems_of(word) for term in _spellings(word, stem, frequency)
    )


def _spellings(word: str, stem: str, frequency: Callable[[str], int]) -> list[str]:
    others = (other for other in _others_of(word) if other != stem and frequency(other))
    return [stem, *others]


def is_slip(stem: str, term: str) -> bool:
    """Whether a term may have been meant by a mistyped stem; see `LexicalHalf.nearest`."""
    if len(stem) < SHORTEST_WRONG and _another_word(stem, term):
        return False
    return OSA.distance(stem, term, score_cutoff=1) == 1


def words_of(title: str, headings: Iterable[str], text: str) -> str:
    """What is counted of a passage: its report's title, its headings, its text (ADR 0006)."""
    return f"{title}\n{' '.join(headings)}\n{text}"


def _another_word(one: str, other: str) -> bool:
    """Whether two stems of one length differ in a letter that is no vowel in both."""
    if len(one) != len(other) or sorted(one) == sorted(other):
        return False
    differing = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return not all(set(pair) <= _VOWELS for pair in differing)


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
