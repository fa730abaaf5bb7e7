"""A question into an answer: the one `Searcher` behind the terminal, Python and HTTP."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from search.again import once_more
from search.catalogue import Catalogue
from search.encoder.types import Encoded, Encoder, EncoderSpec
from search.facets import count_facets
from search.filters import check_filters
from search.fusion import FusionRules
from search.hits import HitMaker
from search.index.manifest import Counts
from search.index.protocol import Index
from search.index.types import Ordinals, Within
from search.kept import Asked, Kept, passages_of
from search.preference import Preferences
from search.questions import DEEPEST, checked_place, checked_question
from search.related import RelatedStudies
from search.reranker import Reranker
from search.reranking import rerank
from search.sentences import BestSentences
from search.shortlist import Shortlister, Wanted
from search.statement import state
from search.stopwatch import Stopwatch
from search.themes import sort_by_theme
from search.turns import AT_ONCE, Turns
from search.types import Answer, Filters, Preference, Reading
from search.understanding import as_typed, understand

OF_A_REPORT: Final = 2  # passages of one report shown for a bare topic
LOOKED_AT: Final = 20  # passages the statement rests on, at least


class Searcher(Catalogue):
    """Answers questions from one index, which it keeps open. Safe to share by threads.

    `related` finds related studies in the same index.
    """

    def __init__(
        self,
        index: Index,
        encoder: Encoder,
        *,
        rules: FusionRules = FusionRules(),
        reranker: Reranker | None = None,
        keep: int = 0,
        at_once: int = AT_ONCE,
    ) -> None:
        """Over an index.

        Args:
            index: to answer from.
            encoder: the one that made it.
            rules: of fusion.
            reranker: reads the best passages, where there is one.
            keep: passages of answers to keep in memory, where the index never changes.
            at_once: questions worked on at the same time; more wait for their turn.
        """
        super().__init__(index)
        # Nothing here may lead back to this searcher: one that is done with goes at once.
        self._encoder = encoder
        self._reranker = reranker
        self._kept: Kept[Asked, Answer] = Kept(keep, passages_of)
        self._turns = Turns(at_once)
        preferences = Preferences(*index.years)
        self._shortlister = Shortlister(index, rules, preferences)
        self._hits = HitMaker(index, preferences)
        self.related = RelatedStudies(index, encoder)

    @property
    def generation(self) -> str:
        """The id of the generation this searcher answers from."""
        return self._index.manifest.generation

    @property
    def counts(self) -> Counts:
        """How much that generation holds."""
        return self._index.manifest.counts

    @property
    def keeps(self) -> bool:
        """Whether an answer may be kept: the index never changes."""
        return self._kept.most > 0

    @property
    def encoder(self) -> Encoder:
        """What encodes its questions."""
        return self._encoder

    @property
    def spec(self) -> EncoderSpec:
        """The encoder's description."""
        return self._encoder.spec

    def ask(
        self,
        question: str,
        *,
        filters: Filters = Filters(),
        k: int = 10,
        skip: int = 0,
        exact: bool = False,
        preference: Preference = Preference(),
    ) -> Answer:
        """The k best passages for a plain-English question.

        Of a bare topic ("mentoring") at most `OF_A_REPORT` passages of one report are shown.

        Args:
            question: up to 2,000 characters.
            filters: which reports may answer; applied inside retrieval.
            k: how many passages, 1 to 100; near-duplicates count once. The statement looks at
                `LOOKED_AT` even where fewer are shown.
            skip: how many to pass over: the parts of one ranking fit together. `skip` and `k`
                come to `DEEPEST` at most; the statement is that of the first part.
            exact: search for what was typed: no slip mended, no acronym written out.
            preference: what moves a passage up among those about as relevant.

        Raises:
            InvalidQuery: an empty or over-long question, a wrong k or filter.
            EngineUnavailable: the database that keeps the index does not answer.
        """
        start = time.perf_counter()
        question = checked_question(question)
        checked_place(k, skip)
        check_filters(filters)
        asked = Asked(question, filters, k, skip, exact, preference)
        if kept := self._kept.find(asked):
            return replace(kept, took_ms={"total": _ms_since(start)})
        watch = Stopwatch()
        with ExitStack() as mine:
            with watch.stage("wait"):
                mine.enter_context(self._turns.turn())
            if kept := self._kept.find(asked):  # asked by somebody else meanwhile
                return replace(kept, took_ms={"total": _ms_since(start)})
            answer = self._ask(asked, watch)
            answer = replace(answer, took_ms={**watch.took_ms, "total": _ms_since(start)})
            self._kept.keep(asked, answer)  # before the next has its turn, who may ask the same
        return answer

    @once_more
    def _ask(self, given: Asked, watch: Stopwatch) -> Answer:
        question, k, skip = given.question, given.k, given.skip
        filters, preference = given.filters, given.preference
        with watch.stage("read"):
            reading = as_typed(question) if given.exact else self._read(question)
        encoding = cache(lambda: self._encode(reading.searched, watch))
        head = max(k, LOOKED_AT)
        most = OF_A_REPORT if reading.topic else DEEPEST
        bring = Wanted(max(head, skip + k), head, most, Within(filters), preference)
        shortlist = self._shortlister.make(reading.searched, encoding, bring, watch)
        shortlist = shortlist.only({*range(head), *range(skip, skip + k)})
        with watch.stage("fetch"):
            ordinals = [int(shortlist.fused.ordinals[place]) for place in shortlist.repeats]
            stored = self._index.store.fetch(ordinals)
        with watch.stage("highlight"):
            found = self._hits.make(reading, shortlist, stored, preference)
        if self._reranker:
            with watch.stage("rerank"):
                found = rerank(reading.searched, found, self._reranker)
        with watch.stage("highlight"):
            best = BestSentences(self._index, reading.searched, encoding(), stored).of
            shown = [hit for hit in found if skip < hit.rank <= skip + k]
            hits = tuple(replace(hit, highlights=(best(hit),)) for hit in shown)
        with watch.stage("statement"):
            looked_at = [hit for hit in found if hit.rank <= head]
            statement = state(reading.spelt, looked_at, best, filtered=filters.active)
        with watch.stage("facets"):
            matched = shortlist.fused.halves > 0
            matched[:k] = True
            rows = np.unique(self._index.report_rows(shortlist.fused.ordinals[matched]))
            facets = count_facets(self._index.store.at(rows.tolist()).values())
        likely = statement.reports or [hit.report.report_id for hit in found]
        reports = {h.report.report_id: h.report for h in hits if h.report.report_id in likely}
        return Answer(
            query=question,
            reading=reading,
            filters=filters,
            hits=hits,
            facets=facets,
            statement=statement,
            generation=self.generation,
            model=self.spec.name,
            preference=preference,
            themes=sort_by_theme(reports.values()) if reading.topic else (),
        )

    def _encode(self, question: str, watch: Stopwatch) -> Encoded:
        with watch.stage("encode"):
            return self._encoder.encode_query(question)

    def _read(self, question: str) -> Reading:
        return understand(question, self._index.lexical, self._texts)

    def _texts(self, ordinals: Ordinals) -> Iterator[str]:
        found = self._index.store.fetch(ordinals.tolist()).values()
        reports = self._index.store.at({stored.report_row for stored in found})
        for stored in found:
            title = reports[stored.report_row].title
            yield "\n".join((title, *stored.passage.section, stored.passage.text))

    def unnamed(self, names: tuple[str, ...], report_id: str) -> float:
        """The share of names that a report nowhere mentions; 0 where there are no names."""
        return self._hits.unnamed(names, report_id)

    def check(self) -> None:
        """Raise EngineUnavailable where what keeps the index does not answer."""
        self._index.check()

    def close(self) -> None:
        """Let go of the index; the searcher cannot be used afterwards."""
        self._index.close()


def _ms_since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)
