"""The same library in files and in a database: how far answers agree, and what asking costs.

    python -m benchmarks.engine.agreement HOME postgresql://… [--part dev]

HOME holds an index; its library is written to the database first, which must be empty or hold this
library. Of a HOME that `benchmarks.speed.curves` made, which has an index alone, what the index
holds is written. Both are asked in turns. nDCG@10 counts every passage that answers (a page judged
right) among the 100 best of either.
"""

import argparse
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.relevance.policy.questions import Question, load_questions
from benchmarks.speed.growing import token_records
from benchmarks.speed.table import heading
from corpus.details import ReportDetails
from corpus.home import Home
from indexer.build import BuildOptions, build_index
from indexer.content import Content
from indexer.engine import publish_to_engine
from indexer.progress import Silent
from search.index.address import parse_address
from search.index.generations import Generations
from search.index.parts import part_folders
from search.index.postgres.generations import EngineGenerations
from search.index.store import StoreEntry
from search.loading import load_searcher
from search.searcher import Searcher
from search.types import ScoredPassage

K: Final = 10
DEPTH: Final = 100
TIMES: Final = 2


def main() -> None:
    """Write, ask both, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("engine", type=parse_address)
    parser.add_argument("--part", choices=["dev", "test"], default="dev")
    given = parser.parse_args()
    print(heading(), flush=True)
    places = EngineGenerations(given.engine)
    start = time.perf_counter()
    if Home(given.home).library.exists():
        build_index(Home(given.home), BuildOptions(engine=given.engine), Silent())
    else:
        _write_index(given.home, places)
    took = time.perf_counter() - start
    manifest = places.manifest()
    counts = manifest.counts
    print(
        f"{places.version()}: {counts.reports:,} reports, "
        f"{counts.passages:,} passages, {counts.ranked:,} ranked; {places.size() / 2**20:,.0f} MiB"
    )
    print(f"written in {took:.0f} s; vectors: {manifest.dense}")
    files = load_searcher(given.home)
    database = load_searcher(given.home, engine=given.engine)
    both = {"files": files, "database": database}
    agreement(both, load_questions(given.part))
    _latency(both, load_questions(given.part))


def _write_index(home: Path, places: EngineGenerations) -> None:
    """Write what the index of a home holds."""
    index = Generations(Home(home).index).open_current()
    held = index.manifest
    every = np.arange(held.counts.ranked)
    stored = index.store.fetch(every.tolist())
    _, firsts, of = np.unique(index.groups(every), return_index=True, return_inverse=True)
    placed: Counter[int] = Counter()
    entries = []
    for ordinal, first in enumerate(firsts[of].tolist()):
        row = stored[ordinal].report_row
        entries.append(StoreEntry(stored[ordinal].passage, row, placed[row], first))
        placed[row] += 1
    content = Content(
        list(index.store.reports),
        [ReportDetails()] * len(index.store.reports),
        entries,
        index.vectors(every),
        token_records(part_folders(index.folder, held), held.encoder.token_dimension),
    )
    publish_to_engine(
        lambda: content,
        places,
        encoder=held.encoder,
        rules=held.passage_rules,
        library_digest="made",
        progress=Silent(),
    )


def agreement(both: Mapping[str, Searcher], questions: Sequence[Question]) -> None:
    """How far the answers of two indexes of one library agree, and how good each is."""
    (name, first), (other, second) = both.items()
    shared, same, scores = [], [], []
    for question in questions:
        one = first.ask(question.question, k=DEPTH).hits
        two = second.ask(question.question, k=DEPTH).hits
        ids = [[hit.passage.passage_id for hit in hits[:K]] for hits in (one, two)]
        shared.append(len(set(ids[0]) & set(ids[1])) / max(1, len(ids[0])))
        same.append(ids[0] == ids[1])
        right = {h.passage.passage_id for h in (*one, *two) if question.answered_by(h)}
        if right:
            scores.append((ndcg(one, right), ndcg(two, right)))
    means = np.mean(scores, axis=0)
    print(
        f"{len(questions)} questions: overlap of the top {K} {np.mean(shared):.4f}, the same list "
        f"for {np.mean(same):.1%}\nnDCG@{K}: {name} {means[0]:.4f}, {other} {means[1]:.4f}, "
        f"difference {means[1] - means[0]:+.4f}"
    )


def ndcg(hits: Sequence[ScoredPassage], right: set[str]) -> float:
    """Of the first `K`, every right passage counting alike."""
    gains = np.array([hit.passage.passage_id in right for hit in hits[:K]], np.float64)
    discounts = 1 / np.log2(np.arange(2, K + 2))
    ideal = discounts[: min(K, len(right))].sum()
    return float((gains * discounts[: len(gains)]).sum() / ideal)


def _latency(searchers: dict[str, Searcher], questions: Sequence[Question]) -> None:
    took: dict[str, list[float]] = {name: [] for name in searchers}
    stages: dict[str, dict[str, float]] = {name: {} for name in searchers}
    for _ in range(TIMES):
        for question in questions:
            for name, searcher in searchers.items():
                answer = searcher.ask(question.question)
                took[name].append(answer.took_ms["total"])
                for stage, spent in answer.took_ms.items():
                    stages[name][stage] = stages[name].get(stage, 0) + spent
    for name, values in took.items():
        p50, p95 = np.percentile(values, [50, 95])
        told = ", ".join(f"{s} {v / len(values):.1f}" for s, v in stages[name].items())
        print(f"{name}: full answer p50 {p50:.1f} ms, p95 {p95:.1f} ms; mean by stage: {told}")


if __name__ == "__main__":
    main()
