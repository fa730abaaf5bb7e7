"""This program and what others would pick instead, on the same passages.

Each runs in a process of its own. They index one after the other, the plain one a second time at
the end, which tells how steady the machine was. Every question is asked of all in turns before the
next. Peers are handed passages; this program reads and cuts the documents itself.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from benchmarks.speed.peers.process import PEERS, K
from benchmarks.speed.peers.types import Text
from benchmarks.speed.table import Row
from search.evaluation.dataset import Dataset
from search.evaluation.measures import MEASURES, measure

OURS: Final = "this program"
PLAIN: Final = "plain"
COLUMNS: Final = ("way", "index s", "passages/s", "ratio", "p50 ms", "p95 ms", "MiB", "nDCG@10")
_WARMED: Final = 10  # questions asked before any counts
SAID: Final = "said.txt"
_BREATH_S: Final = 0.005  # in which the threads of whoever was asked before fall asleep
_ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Material:
    """What all are given: whole documents for this program, passages for the others.

    `pythons` has the interpreter of this program and of the peers; `weights` the prepared encoder
    and the folder it was prepared from.
    """

    dataset: Dataset
    passages: Sequence[Text]
    pythons: Mapping[bool, Path]
    weights: Mapping[bool, Path]

    def documents(self) -> list[Text]:
        """Uncut."""
        return [Text(name, each.title, each.text) for name, each in self.dataset.corpus.items()]


@dataclass(slots=True)
class Contender:
    """One that is running: what it took so far."""

    name: str
    process: "subprocess.Popen[str]"
    said: Path  # its standard error
    seconds: float = 0.0
    manifest: str = ""
    took: dict[str, list[float]] = field(default_factory=dict)  # way -> milliseconds
    found: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)  # way -> run

    @classmethod
    def start(cls, name: str, material: Material, folder: Path) -> Self:
        """Start it, and wait until it has indexed."""
        ours = name == OURS
        (folder / "kept").mkdir(parents=True)
        texts = folder / "texts.jsonl"
        given = material.documents() if ours else material.passages
        texts.write_text("".join(f"{json.dumps(asdict(each))}\n" for each in given), "utf-8")
        with (folder / SAID).open("w") as said_aloud:
            process = subprocess.Popen(
                (
                    *(str(material.pythons[ours]), "-m", "benchmarks.speed.peers.process"),
                    *(name, str(material.weights[ours]), str(folder / "kept"), str(texts)),
                ),
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said_aloud,
                text=True,
                env={"ANONYMIZED_TELEMETRY": "False", "HAYSTACK_TELEMETRY_ENABLED": "False",
                     "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin", "HOME": str(folder)},
            )  # fmt: skip
        started = cls(name, process, folder / SAID)
        said = started._hear()
        started.seconds, started.manifest = float(said["seconds"]), str(said["manifest"])
        started.took = {way: [] for way in said["ways"]}
        started.found = {way: {} for way in said["ways"]}
        return started

    def ask(self, query: str, question: str, *, counts: bool) -> None:
        """Ask in each of its ways."""
        for way, took in self.took.items():
            time.sleep(_BREATH_S)
            said = self._tell(json.dumps({"way": way, "question": question}))
            if counts:
                took.append(float(said["ms"]))
                self.found[way][query] = scored(said["found"])

    def memory_mib(self) -> int:
        """Resident now."""
        return int(self._tell("")["mib"])

    def close(self) -> None:
        """End it."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()

    def _tell(self, line: str) -> dict[str, Any]:
        if self.process.stdin is None:
            raise RuntimeError("it has no input")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError(
                f"{self.name} ended. It said: {self.said.read_text('utf-8')[-2000:]}"
            )
        return dict(json.loads(line))


def scored(documents: Sequence[str]) -> dict[str, float]:
    """Documents by their best passage, the first the highest."""
    first = dict.fromkeys(documents)
    return {name: float(K - place) for place, name in enumerate(first)}


def contest(material: Material, names: Sequence[str], folder: Path) -> tuple[list[Row], list[str]]:
    """Index, ask in turns, and measure; a line for each way of asking, and the manifests."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(_running(name, material, folder / str(place)))
            for place, name in enumerate(names)
        ]
        questions = list(material.dataset.queries.items())
        for query, question in questions[:_WARMED]:
            for each in running:
                each.ask(query, question, counts=False)
        for query, question in questions:
            for each in running:
                each.ask(query, question, counts=True)
        memory = {each.name: each.memory_mib() for each in running}
    with _running(PLAIN, material, folder / "again") as again:
        steady = again.seconds
    plain = next((each.seconds for each in running if each.name == PLAIN), steady)
    rows = [row for each in running for row in _rows(each, material, plain, memory[each.name])]
    rows.append(_indexed(f"{PLAIN}, again", steady, material, plain))
    return rows, [each.manifest for each in running if each.manifest]


@contextmanager
def _running(name: str, material: Material, folder: Path) -> Iterator[Contender]:
    print(f"{name} indexes …", file=sys.stderr, flush=True)
    started = Contender.start(name, material, folder)
    try:
        yield started
    finally:
        started.close()


def _rows(each: Contender, material: Material, plain: float, mib: int) -> Iterator[Row]:
    for way, took in each.took.items():
        p50, p95 = np.percentile(took, [50, 95])
        quality = measure(material.dataset.qrels, each.found[way]).means[next(iter(MEASURES))]
        indexed = _indexed(each.name, each.seconds, material, plain).cells
        tail = (f"{p50:.1f}", f"{p95:.1f}", f"{mib:,}", f"{quality:.4f}")
        yield Row(each.name, (way, *indexed[1:4], *tail))


def _indexed(who: str, seconds: float, material: Material, plain: float) -> Row:
    count = len(material.passages)
    cells = ("", f"{seconds:.1f}", f"{count / seconds:.1f}", f"{plain / seconds:.2f}")
    return Row(who, (*cells, "", "", "", ""))


def known(names: Sequence[str]) -> list[str]:
    """Names of contenders, checked.

    Raises:
        SystemExit: naming what there is.
    """
    wrong = [name for name in names if name not in PEERS]
    if wrong:
        raise SystemExit(f"There is no {', '.join(wrong)}: choose among {', '.join(PEERS)}.")
    return list(names) or list(PEERS)
