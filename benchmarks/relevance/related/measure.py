"""What the groups of reports on one subject say of related studies."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.relevance.rows import Row
from search.index.generations import Generations
from search.related.scoring import centred
from search.searcher import Searcher

K: Final = 10

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judged:
    """Reports by id, the right ones of each, and the vectors of each one's passages."""

    right: dict[str, frozenset[str]]
    plain: dict[str, Matrix]
    centred: dict[str, Matrix]


def load_judged(searcher: Searcher, home: Path) -> Judged:
    """The groups, matched with the reports of a home and their vectors."""
    index = Generations(home / "index").open_current()
    rows = index.report_rows(np.arange(index.manifest.counts.ranked)).tolist()
    of_row = defaultdict(list)
    for ordinal, row in enumerate(rows):
        of_row[row].append(ordinal)
    plain = {
        index.store.reports[row].report_id: index.dense.vectors(np.array(ordinals))
        for row, ordinals in of_row.items()
    }
    centre = np.concatenate(list(plain.values())).mean(axis=0)
    names = {
        report.report_id: Path(report.file.rpartition("#")[2]).name
        for report in searcher.standing_reports()
    }
    right: dict[str, set[str]] = defaultdict(set)
    for members in _groups():
        ids = {_id_of(member, names) for member in members}
        for each in ids:
            right[each] |= ids - {each}
    return Judged(
        {each: frozenset(others) for each, others in sorted(right.items())},
        plain,
        {each: centred(vectors, centre) for each, vectors in plain.items()},
    )


def _groups() -> Iterator[list[str]]:
    with (Path(__file__).parent / "groups.toml").open("rb") as file:
        for group in tomllib.load(file).values():
            yield group["members"]


def _id_of(member: str, names: dict[str, str]) -> str:
    for report_id, name in names.items():
        if name == member or ("_" in member and name.startswith(member)):
            return report_id
    raise SystemExit(f"{member} is not in the library: add ../shared/reports and the starter.")


def gain_of(hits: list[bool], right: int) -> tuple[float, float]:
    """nDCG@10 and recall@5."""
    discount = 1 / np.log2(np.arange(2, K + 2))
    got = float((np.array(hits + [False] * (K - len(hits))) * discount).sum())
    return got / float(discount[: min(K, right)].sum()), sum(hits[:5]) / min(5, right)


def ask_product(searcher: Searcher, judged: Judged) -> tuple[NDArray[np.float64], list[float]]:
    """nDCG@10 and recall@5 of what the product gives, and the seconds it took.

    A study's family is part of its answer and stands first.
    """
    rows, took = [], []
    for asked, right in judged.right.items():
        start = perf_counter()
        answer = searcher.related.near(searcher.related.of_report(asked), k=K)
        took.append(perf_counter() - start)
        found = [relative.report_id for relative in answer.probe.family]
        found += [each.report.report_id for each in answer.reports]
        rows.append(gain_of([each in right for each in found[:K]], len(right)))
    return np.array(rows), took


def product_rows(searcher: Searcher, judged: Judged) -> Iterator[Row]:
    """The product's figures."""
    gains, took = ask_product(searcher, judged)
    for measure, value in zip((f"nDCG@{K}", "recall@5"), gains.mean(axis=0), strict=True):
        yield Row("related studies", len(gains), measure, float(value))
    for name, share in (("p50", 50), ("p95", 95)):
        value = float(np.percentile(took, share)) * 1000
        yield Row("related studies", len(gains), f"{name}, ms", value)
