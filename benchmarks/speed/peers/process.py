"""One peer in a process of its own, which indexes and then answers line by line.

    python -m benchmarks.speed.peers.process NAME WEIGHTS FOLDER TEXTS.jsonl

Standard output has one JSON object a line: what indexing took and the ways of asking; then an
answer to each line of standard input, which is a question and its way, or empty: that asks for
the memory.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Final, TextIO

from benchmarks.speed.peers.types import Peer, Text

PEERS: Final = {
    "this program": "product:Product",
    "plain": "plain:Plain",
    "txtai": "frameworks:Txtai",
    "haystack": "frameworks:Haystack",
    "lancedb": "stores:Lance",
    "chroma": "stores:Chroma",
    "bm25s": "plain:Bm25s",
}
K: Final = 10  # passages an answer has


def main() -> None:
    """Index, then answer until the input ends."""
    name, weights, folder, texts = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    module, _, kind = PEERS[name].partition(":")
    made: type[Peer] = getattr(importlib.import_module(f"benchmarks.speed.peers.{module}"), kind)
    lines = Path(texts).read_text("utf-8").splitlines()
    passages = [Text(**json.loads(line)) for line in lines]
    peer = made(Path(weights), Path(folder))
    start = time.perf_counter()
    peer.index(passages)
    ways = peer.ways()
    took = time.perf_counter() - start
    tell(answers, {"seconds": took, "ways": list(ways), "manifest": peer.manifest})
    for line in sys.stdin:
        if not line.strip():
            tell(answers, {"mib": mib("VmRSS"), "peak_mib": mib("VmHWM")})
            continue
        asked = json.loads(line)
        start = time.perf_counter()
        found = ways[asked["way"]](asked["question"], K)
        tell(answers, {"ms": (time.perf_counter() - start) * 1000, "found": found})


def tell(answers: TextIO, what: dict[str, object]) -> None:
    """One line."""
    print(json.dumps(what), file=answers, flush=True)


def mib(what: str) -> int:
    """This process's memory as the kernel counts it."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition(f"{what}:")[2].split()[0]) // 1024


if __name__ == "__main__":
    main()
