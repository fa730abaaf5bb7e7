"""A larger library in a database: what writing takes, what asking takes, whether recall holds.

    python -m benchmarks.engine.growth HOME postgresql://… [--times 12]

The passages of HOME's index are written so many times, after the first time as other reports and
with vectors made from theirs (`benchmarks.speed.growing`), which lie as near to real ones as those
to each other; tokens are left out. A database that has them already, from the same HOME, is asked
as it is. Questions are the policy questions, encoded: a passage as a question finds its likes
however badly an index is searched. Recall is against comparing every vector, behind filters that
leave some shares of the passages, drawn by lot, and those of the largest centres, whose reports
are alike and far from most questions: as routed, and with every search left to the planner and its
index. `least` is recall@100 of a single question.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.relevance.policy.questions import load_questions
from benchmarks.speed.growing import Source
from benchmarks.speed.table import heading
from corpus.details import ReportDetails
from corpus.home import Home
from corpus.types import Report
from indexer.content import Content
from indexer.engine import publish_to_engine
from indexer.progress import Silent
from search.encoder.load import load_encoder
from search.encoder.types import Vectors
from search.filters import passes
from search.index.address import parse_address
from search.index.embedded import Generation
from search.index.generations import Generations
from search.index.manifest import Manifest
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import EngineIndex, Routing
from search.index.store import StoreEntry
from search.index.types import Within
from search.loading import encoder_folder
from search.stopwatch import Stopwatch
from search.types import Filters

DEPTH: Final = 200  # of a half, as the Searcher asks
RECALL_AT: Final = 100
SHARES: Final = (0.0001, 0.001, 0.01, 0.038, 0.1, 0.5, 1.0)
QUERIES: Final = 60
CENTRES: Final = 6


class _Walking(Routing):
    """Leaves every search to the planner."""

    def is_exact(self, passages: int, *, filtered: bool) -> bool:  # noqa: ARG002
        return False


def main() -> None:
    """Write, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("engine", type=parse_address)
    parser.add_argument("--times", type=int, default=12)
    given = parser.parse_args()
    print(heading(), flush=True)
    index = Generations(given.home / "index").open_current()
    made = _repeated(index, given.times)
    places = EngineGenerations(given.engine)
    if not places.ids():
        _write(made, places, index.manifest)
    manifest = places.manifest()
    print(
        f"{places.version()}: {len(made.reports):,} reports, "
        f"{len(made.vectors):,} ranked passages, {places.size() / 2**20:,.0f} MiB, "
        f"{manifest.dense.kind}, recall@100 {manifest.dense.recall:.4f}"
    )
    folder = encoder_folder(Home(given.home), index.manifest.encoder.name)
    asked = [each.question for each in load_questions("dev")[:QUERIES]]
    queries = load_encoder(folder).encode_queries(asked)
    _one_more(made, places, manifest)
    _asking(places.open_current(), queries)
    _recall(places, made, queries)


def _write(made: Content, places: EngineGenerations, of: Manifest) -> None:
    start = time.perf_counter()
    publish_to_engine(
        lambda: made,
        places,
        encoder=replace(of.encoder, token_dimension=0),
        rules=of.passage_rules,
        library_digest="growth",
        progress=Silent(),
    )
    took = time.perf_counter() - start
    rate = len(made.vectors) / took
    print(f"written and indexed in {took:.0f} s ({rate:,.0f} passages a second)")


def _repeated(index: Generation, times: int) -> Content:
    ranked = index.manifest.counts.ranked
    stored = index.store.fetch(range(ranked))
    source = Source.of(index.vectors(np.arange(ranked)))
    vectors = [source.vectors]
    reports = list[Report]()
    entries = list[StoreEntry]()
    for turn in range(times):
        if turn:
            vectors.append(source.grown(np.arange(ranked), np.random.default_rng((5, turn))))
        before = len(reports)
        reports += [replace(r, report_id=f"{r.report_id}-{turn}") for r in index.store.reports]
        for ordinal in range(ranked):
            each = stored[ordinal]
            report_id = f"{each.passage.report_id}-{turn}"
            name = f"{each.passage.passage_id}-{turn}"
            passage = replace(each.passage, passage_id=name, report_id=report_id)
            entries.append(StoreEntry(passage, before + each.report_row, ordinal, len(entries)))
    return Content(reports, [ReportDetails()] * len(reports), entries, np.concatenate(vectors), [])


def _one_more(made: Content, places: EngineGenerations, manifest: Manifest) -> None:
    """Change one report of them all."""
    reports = list(made.reports)
    edition = f"{reports[0].title}, edition {manifest.generation}"  # another one each time
    reports[0] = replace(reports[0], title=edition)
    start = time.perf_counter()
    publish_to_engine(
        lambda: replace(made, reports=reports),
        places,
        encoder=manifest.encoder,
        rules=manifest.passage_rules,
        library_digest="grown",
        progress=Silent(),
    )
    print(f"one report changed among them in {time.perf_counter() - start:.1f} s")


def _asking(index: EngineIndex, queries: Vectors) -> None:
    """Candidates of both halves for real questions, with a vector each."""
    took: list[float] = []
    for _ in range(2):
        for question, vector in zip(load_questions("dev"), queries, strict=False):
            watch = Stopwatch()
            index.propose(question.question, partial(np.asarray, vector), DEPTH, Within(), watch)
            took.append(watch.took_ms["candidates"])
    p50, p95 = np.percentile(took[len(took) // 2 :], [50, 95])
    print(f"candidates of both halves, one statement: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


def _recall(places: EngineGenerations, made: Content, queries: Vectors) -> None:
    draw = np.random.default_rng(2)
    walking = EngineGenerations(places.address, routing=_Walking())
    routed, walked = places.open_current(), walking.open_current()
    owners = np.array([entry.report_row for entry in made.entries])
    print(f"   share  passages   recall@10, @{RECALL_AT}, least, p50: routed   left to the planner")
    for name, rows, filters in (*_by_lot(made, owners, draw), *_by_centre(made)):
        allowed = np.isin(owners, rows)
        within = Within(filters)
        told = [_measured(index, made, queries, allowed, within) for index in (routed, walked)]
        print(f"{name:>8} {allowed.sum():>9,}   {told[0]:>32}   {told[1]:>26}", flush=True)


def _by_lot(
    made: Content, owners: NDArray[np.int64], draw: np.random.Generator
) -> Iterator[tuple[str, list[int], Filters]]:
    for share in SHARES:
        chosen = _chosen(owners, share, draw)
        names = tuple(made.reports[row].report_id for row in chosen)
        yield f"{share:.2%}", chosen, Filters(reports=names) if share < 1 else Filters()


def _by_centre(made: Content) -> Iterator[tuple[str, list[int], Filters]]:
    of = [report.metadata.centre for report in made.reports]
    passages = Counter(of[entry.report_row] for entry in made.entries)
    for centre in [each for each, _ in passages.most_common() if each][:CENTRES]:
        filters = Filters(centres=(centre,))
        rows = [row for row, each in enumerate(made.reports) if passes(each, filters)]
        yield f"centre {centre[:12]}", rows, filters


def _chosen(owners: NDArray[np.int64], share: float, draw: np.random.Generator) -> list[int]:
    """Reports, drawn until they have that share of all passages, or the smallest one."""
    sizes = np.bincount(owners)
    order = draw.permutation(np.flatnonzero(sizes)).tolist()
    left, chosen = share * len(owners), []
    for row in order:
        if sizes[row] <= left:
            chosen.append(row)
            left -= sizes[row]
    return chosen or [min(order, key=lambda row: int(sizes[row]))]


def _measured(
    index: EngineIndex,
    made: Content,
    queries: Vectors,
    allowed: NDArray[np.bool_],
    within: Within,
) -> str:
    recalls: list[float] = []
    tens: list[float] = []
    took: list[float] = []
    next(index.near(queries[:1], RECALL_AT, within))  # how much the filter leaves is held now
    for query in queries:
        scores = np.where(allowed, made.vectors @ query, -2)
        best = np.argsort(-scores)[: min(RECALL_AT, int(allowed.sum()))]
        start = time.perf_counter()
        near = next(index.near(query[None], RECALL_AT, within))
        took.append((time.perf_counter() - start) * 1000)
        got = {s.passage.passage_id for s in index.store.fetch(near.ordinals.tolist()).values()}
        right = [made.entries[place].passage.passage_id for place in best]
        recalls.append(len(got.intersection(right)) / len(right))
        tens.append(len(got.intersection(right[:10])) / len(right[:10]))
    recall = f"{np.mean(tens):.3f} {np.mean(recalls):.3f} {min(recalls):.2f}"
    return f"{recall} {np.median(took):.1f} ms"


if __name__ == "__main__":
    main()
