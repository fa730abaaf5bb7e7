"""Answers by size of the library: time by stage, memory, recall, filters; and how it starts.

    python -m benchmarks.speed.curves make HOME LARGE --size 1000000
    OPENBLAS_NUM_THREADS=1 python -m benchmarks.speed.curves ask LARGE [--rounds 2]

HOME holds an index of real reports. `make` writes LARGE, a home of so many passages made from it
(`benchmarks.speed.growing`: the real ones are part of it), with HOME's encoder; with
`--share-tokens` the token vectors, which come again and again, lie on the disk once. `ask` opens it
and asks the policy questions: every figure is of whole answers in process, nothing kept from one
to the next. "Exact" is the same index with the dense half searched by going through every vector;
recall is against it. nDCG@10 counts pages judged right, which are in the real reports only.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Final

import numpy as np

from benchmarks.engine.agreement import ndcg
from benchmarks.relevance.policy.questions import Question, load_questions
from benchmarks.speed.enlarging import make
from benchmarks.speed.exact import ALL, Exact
from benchmarks.speed.growing import SHARES, topic_of
from benchmarks.speed.table import heading
from corpus.home import Home
from search.encoder.load import for_questions, load_encoder
from search.encoder.types import Vectors
from search.index.dense import DenseHalf
from search.index.embedded import Generation
from search.index.generations import Generations
from search.index.manifest import verify_files
from search.index.tuning import RETRIEVED
from search.index.types import Within
from search.loading import encoder_folder
from search.searcher import Searcher
from search.types import Filters

K: Final = 10
DEPTH: Final = 100
COMPARED: Final = 40  # questions asked of the exact index too


def main() -> None:
    """Make a library, or ask one."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    making.add_argument("home", type=Path)
    making.add_argument("large", type=Path)
    making.add_argument("--size", type=int, required=True)
    making.add_argument("--share-tokens", action="store_true", help="one file, by hard links")
    asking = commands.add_parser("ask")
    asking.add_argument("large", type=Path)
    asking.add_argument("--rounds", type=int, default=2)
    asking.add_argument("--ahead", action="store_true", help="read it into memory first")
    given = parser.parse_args()
    print(heading(), flush=True)
    if given.command == "make":
        make(given.home, given.large, given.size, share=given.share_tokens)
    else:
        ask(given.large, given.rounds, ahead=given.ahead)


def ask(large: Path, rounds: int, *, ahead: bool) -> None:
    """Open it, ask, compare, print; `ahead`: read what questions need first, as a server does."""
    generations = Generations(Home(large).index)
    if ahead:
        start = time.perf_counter()
        generations.read_ahead(Event())
        print(f"read ahead in {time.perf_counter() - start:.0f} s", flush=True)
    start = time.perf_counter()
    verify_files(generations.manifest(), generations.path(generations.current_id()))
    verified = time.perf_counter() - start
    start = time.perf_counter()
    index = generations.open_current()
    opened = time.perf_counter() - start
    folder = encoder_folder(Home(large), index.manifest.encoder.name)
    encoder = load_encoder(folder, together=for_questions())
    searcher = Searcher(index, encoder)
    questions = load_questions("dev")
    start = time.perf_counter()
    searcher.ask(questions[0].question)
    first = time.perf_counter() - start
    manifest = index.manifest
    print(
        f"{manifest.counts}, {manifest.dense}, "
        f"{manifest.encoder.runtime}\nopened in {opened:.2f} s, {verified:.2f} s of it "
        f"checksums; first answer {first:.2f} s; {_memory()}"
    )
    print(f"files: {_files(index.folder)}")
    _latency("all, the first time", searcher, questions, 1, Filters())
    _latency("all", searcher, questions, rounds, Filters())
    print(f"after them: {_memory()}")
    for share in SHARES:
        topic = Filters(topics=(topic_of(share),))
        for question in questions[:20]:
            searcher.ask(question.question, filters=topic)
        _latency(f"{share:.2%} of reports", searcher, questions, 1, topic)
    asked = encoder.encode_queries([each.question for each in questions[:COMPARED]])
    exact = _recall(index, asked)
    _agreement(index, exact, searcher, questions[:COMPARED])


def _latency(
    name: str, searcher: Searcher, questions: Sequence[Question], rounds: int, filters: Filters
) -> None:
    took: dict[str, list[float]] = {}
    for question in list(questions) * rounds:
        for stage, spent in searcher.ask(question.question, filters=filters).took_ms.items():
            took.setdefault(stage, []).append(spent)
    p50, p95, p99 = np.percentile(took.pop("total"), [50, 95, 99])
    stages = ", ".join(
        f"{stage} {np.median(v):.1f}/{np.percentile(v, 95):.1f}" for stage, v in took.items()
    )
    print(f"{name}: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms; p50/p95 by stage: {stages}",
          flush=True)  # fmt: skip


def _exact(index: Generation) -> Exact:
    dense = index.dense
    if not isinstance(dense, DenseHalf):
        raise TypeError("a library made at once has one layer")
    return Exact(dense._index, dense._info, dense._vectors)  # noqa: SLF001 - the same parts


def _recall(index: Generation, asked: Vectors) -> Exact:
    filters = {ALL: Filters()}
    filters |= {f"{share:.2%}": Filters(topics=(topic_of(share),)) for share in SHARES}
    # What a centre publishes is alike, and far from most questions: not as if drawn by lot.
    centres = Counter(each.metadata.centre for each in index.store.reports).most_common(6)
    filters |= {f"centre {name}": Filters(centres=(name,)) for name, _ in centres if name}
    allowed = {name: index._allowed(Within(each)) for name, each in filters.items()}  # noqa: SLF001 - as the index itself has it
    exact = _exact(index)
    nearest = exact.nearest(
        asked, {name: None if each is None else each.mask for name, each in allowed.items()}
    )
    exact.remember(asked, nearest[ALL])
    for name, within in allowed.items():
        left = len(index.dense) if within is None else int(within.mask.sum())
        if not left:
            continue
        hits, took = {10: [], 100: []}, []  # type: dict[int, list[float]], list[float]
        for vector, right in zip(asked, nearest[name], strict=True):
            start = time.perf_counter()
            found = index.dense.search(vector, RETRIEVED, within).ordinals
            took.append((time.perf_counter() - start) * 1000)
            for k, shares in hits.items():
                best = right[:k]
                shares.append(len(np.intersect1d(best, found[:k])) / max(1, len(best)))
        told = ", ".join(f"recall@{k} {np.mean(shares):.4f}" for k, shares in hits.items())
        p50, p95 = np.percentile(took, [50, 95])
        print(f"dense, {name} ({left:,} passages): {told}; {RETRIEVED} nearest in p50 {p50:.1f} "
              f"ms, p95 {p95:.1f} ms", flush=True)  # fmt: skip
    return exact


def _agreement(
    index: Generation, exact: Exact, searcher: Searcher, questions: Sequence[Question]
) -> None:
    """Whole answers with the dense half as it is, and exact."""
    quick = [searcher.ask(each.question, k=DEPTH).hits for each in questions]
    index.dense = exact
    slow = [searcher.ask(each.question, k=DEPTH).hits for each in questions]
    ids = [
        [[h.passage.passage_id for h in hits[:K]] for hits in pair]
        for pair in zip(quick, slow, strict=True)
    ]
    shared = np.mean([len(set(a) & set(b)) / len(b) for a, b in ids])
    scores = []
    for question, one, two in zip(questions, quick, slow, strict=True):
        right = {h.passage.passage_id for h in (*one, *two) if question.answered_by(h)}
        if right:
            scores.append((ndcg(one, right), ndcg(two, right)))
    told = np.mean(scores, axis=0) if scores else np.zeros(2)
    print(
        f"whole answers to {len(questions)} questions: {shared:.4f} of the top {K} as with exact "
        f"search, the same list for {np.mean([a == b for a, b in ids]):.0%}; nDCG@{K} "
        f"{told[0]:.4f}, exact {told[1]:.4f}"
    )


def _memory() -> str:
    told = Path("/proc/self/status").read_text("ascii").splitlines()
    facts = {line.split(":")[0]: line.split()[1] for line in told if line.startswith("Rss")}
    own, files = (int(facts[name]) / 1024 for name in ("RssAnon", "RssFile"))
    return f"resident: {own:,.0f} MiB of its own, {files:,.0f} MiB of files in memory"


def _files(folder: Path) -> str:
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            top = path.relative_to(folder).parts[0]
            sizes[top] = sizes.get(top, 0) + path.stat().st_size
    return ", ".join(f"{name} {size / 2**20:,.0f} MiB" for name, size in sorted(sizes.items()))


if __name__ == "__main__":
    main()
