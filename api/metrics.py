"""What is measured, for Prometheus: counts and times, never what was asked or by whom.

Metrics belong to the process. With several workers each writes its own into a folder named by
PROMETHEUS_MULTIPROC_DIR, which `api.serving` sets, and any of them tells the sum of all.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from search.index.generations import made_at
from search.searcher import Searcher
from search.types import Answer

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS: Final = Histogram(
    "evidence_request_seconds",
    "Time to answer a request, by endpoint.",
    ("method", "endpoint", "status"),
    buckets=_SECONDS,
)
UNDER_WAY: Final = Gauge(
    "evidence_requests_under_way", "Requests being answered.", multiprocess_mode="livesum"
)
ASKING: Final = Gauge(
    "evidence_questions_under_way",
    "Questions being answered, or waiting for a turn; others wait for a thread or are sent.",
    multiprocess_mode="livesum",
)
STAGES: Final = Histogram(
    "evidence_stage_seconds", "Time of each stage of an answer.", ("stage",), buckets=_SECONDS
)
ANSWERS: Final = Counter(
    "evidence_answers", 'Answers by level of evidence; "none" is an abstention.', ("level",)
)
EMPTY: Final = Counter("evidence_answers_empty", "Answers without a single passage.")
RESULTS: Final = Histogram(
    "evidence_answer_passages", "Passages of an answer.", buckets=(0, 1, 5, 10, 20, 50, 100)
)

#: Who is told of answers besides; like everything here they belong to the process.
_hearers: Final[list[Callable[[Answer], None]]] = []


@contextmanager
def heard_by(hearer: Callable[[Answer], None]) -> Iterator[None]:
    """Tell somebody of each answer; later parts of one ranking are no new answer."""
    _hearers.append(hearer)
    try:
        yield
    finally:
        _hearers.remove(hearer)


@contextmanager
def asking() -> Iterator[None]:
    """Count a question as under way."""
    with ASKING.track_inprogress():
        yield


def answered(answer: Answer, *, later: bool = False) -> None:
    """Count an answer; `later`: a later part of a ranking."""
    for stage, took_ms in answer.took_ms.items():
        STAGES.labels(stage).observe(took_ms / 1000)
    ANSWERS.labels(answer.statement.level.value).inc()
    RESULTS.observe(len(answer.hits))
    if not answer.hits:
        EMPTY.inc()
    for hearer in () if later else _hearers:
        hearer(answer)


def requested(method: str, endpoint: str, status: int, seconds: float) -> None:
    """Count a request; a method nobody knows is not told apart from others."""
    known = method if method in _METHODS else "other"
    REQUESTS.labels(known, endpoint, str(status)).observe(seconds)


class _Index(Collector):
    """The index in use, as it is when somebody looks."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def collect(self) -> Iterable[Metric]:
        """Its name, age and size."""
        told = {"generation": self._searcher.generation, "model": self._searcher.spec.name}
        yield InfoMetricFamily("evidence_index", "The index in use.", value=told)
        age = time.time() - made_at(self._searcher.generation).timestamp()
        counts = self._searcher.counts
        for name, words, value in (
            ("age_seconds", "Since the index was made.", age),
            ("reports", "Reports that can be found.", counts.reports),
            ("passages", "Passages of the index.", counts.passages),
        ):
            yield GaugeMetricFamily(f"evidence_index_{name}", words, value=value)


def tell(searcher: Searcher) -> bytes:
    """Everything measured by all workers, in Prometheus's text format."""
    registry = CollectorRegistry()
    if folder := os.environ.get(SHARED):
        _forget_dead(Path(folder))
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        own = generate_latest(registry)
    else:
        own = generate_latest(REGISTRY)
    index = CollectorRegistry()
    index.register(_Index(searcher))
    return own + generate_latest(index)


def _forget_dead(folder: Path) -> None:
    """Leave out the gauges of workers that ended: what they had under way is not."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
