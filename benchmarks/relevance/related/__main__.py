"""Which way of comparing reports finds the ones on the same subject.

    python -m benchmarks.relevance.related HOME [--foreign ../shared/qrels/cranfield]

Every way scores every report of the library; the last row is what the product gives, candidates
and all. p is that of a paired t-test against the mean of passages.
"""

import argparse
import json
import platform
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_rel

from benchmarks.relevance.related.measure import (
    Judged,
    K,
    Matrix,
    ask_product,
    gain_of,
    load_judged,
)
from search.loading import load_searcher
from search.related.scoring import CLOSE, nearness
from search.searcher import Searcher

FOREIGN: Final = 200  # texts of another field
LONG: Final = 5  # passages of a report that is no record

Way = Callable[[Matrix, Matrix], float]


def _best_pairs(one: Matrix, other: Matrix) -> float:
    return float(np.sort((one @ other.T).max(axis=1))[-5:].mean())


WAYS: Final[dict[str, tuple[bool, Way]]] = {
    "mean of passages": (False, lambda a, b: _cosine(a.mean(0), b.mean(0))),
    "best pair": (False, lambda a, b: float((a @ b.T).max())),
    "five best pairs": (False, _best_pairs),
    "best matches, one way": (False, lambda a, b: float((a @ b.T).max(axis=1).mean())),
    "best matches, both ways": (False, lambda a, b: nearness(a @ b.T)),
    "mix of mean and both ways": (
        False,
        lambda a, b: _cosine(a.mean(0), b.mean(0)) + nearness(a @ b.T),
    ),
    "centred: mean of passages": (True, lambda a, b: _cosine(a.mean(0), b.mean(0))),
    "centred: best matches, one way": (True, lambda a, b: float((a @ b.T).max(axis=1).mean())),
    "centred: best matches, both ways": (True, lambda a, b: nearness(a @ b.T)),
    "centred: mix of mean and both ways": (
        True,
        lambda a, b: _cosine(a.mean(0), b.mean(0)) + nearness(a @ b.T),
    ),
}


def _cosine(one: Matrix, other: Matrix) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def main() -> None:
    """Compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--foreign", type=Path, help="a BEIR folder of another field")
    given = parser.parse_args()
    searcher = load_searcher(given.home)
    judged = load_judged(searcher, given.home)
    print(
        f"Python {platform.python_version()}, {searcher.spec.name}, {len(judged.plain)} reports, "
        f"{len(judged.right)} asked for, of which "
        f"{sum(len(judged.plain[each]) > LONG for each in judged.right)} longer than "
        f"{LONG} passages"
    )
    gains = {name: _gains(judged, *way) for name, way in WAYS.items()}
    gains["the product"], _ = ask_product(searcher, judged)
    base = gains["mean of passages"]
    long = np.array([len(judged.plain[each]) > LONG for each in judged.right])
    for name, found in gains.items():
        told = ""
        if found is not base:
            told = f"  p {ttest_rel(found[:, 0], base[:, 0]).pvalue:.3f}"
        print(
            f"{name:36} nDCG@{K} {found[:, 0].mean():.3f}  (long {found[long, 0].mean():.3f}, "
            f"short {found[~long, 0].mean():.3f})  recall@5 {found[:, 1].mean():.3f}{told}"
        )
    _closeness(searcher, judged, given.foreign)


def _gains(judged: Judged, center: bool, way: Way) -> NDArray[np.float64]:  # noqa: FBT001
    vectors = judged.centred if center else judged.plain
    rows = []
    for asked, right in judged.right.items():
        others = [each for each in vectors if each != asked]
        scores = np.array([way(vectors[asked], vectors[each]) for each in others])
        order = np.argsort(-scores, kind="stable")
        rows.append(gain_of([others[place] in right for place in order[:K]], len(right)))
    return np.array(rows)


def _closeness(searcher: Searcher, judged: Judged, foreign: Path | None) -> None:
    """What the mark `close` is worth."""
    related: list[float] = []
    unrelated: list[float] = []
    for asked, right in judged.right.items():
        for other, vectors in judged.centred.items():
            if other != asked:
                score = nearness(judged.centred[asked] @ vectors.T)
                (related if other in right else unrelated).append(score)
    print(
        f"score from {CLOSE}: {np.mean(np.array(related) >= CLOSE):.1%} of pairs on one subject, "
        f"{np.mean(np.array(unrelated) >= CLOSE):.1%} of others"
    )
    if foreign is None:
        return
    best = [
        answer.reports[0].score
        for answer in (
            searcher.related.near(searcher.related.of_text(text), k=1) for text in _texts(foreign)
        )
        if answer.reports
    ]
    print(
        f"{len(best)} texts of {foreign.name}: nearest report scored {np.mean(best):.2f} on "
        f"average, {np.mean(np.array(best) >= CLOSE):.1%} from {CLOSE}"
    )


def _texts(folder: Path) -> Iterator[str]:
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        texts = (json.loads(line)["text"] for line in lines)
        yield from islice((text for text in texts if len(text) > 200), FOREIGN)  # noqa: PLR2004


if __name__ == "__main__":
    main()
