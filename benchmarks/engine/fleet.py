"""From where on a Ray cluster is worth its beginning: this machine's processes against its Ray.

    python -m benchmarks.engine.fleet HOME

Texts of HOME's index are encoded, and its originals read, by plain processes and by a Ray cluster
of the same cores, in turns. What Ray takes more on one machine is what several must win back.
"""

import argparse
import os
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.speed.table import heading
from corpus.home import Home
from corpus.library.library import Library
from corpus.passages import embedded_text
from corpus.reading.workers import ReadJob, ReadLimits
from indexer.vectors import key_of
from indexer.workforce import Processes, Workforce
from search.encoder.load import load_encoder
from search.index.generations import Generations
from search.loading import encoder_folder

TEXTS: Final = (64, 256, 1_024)
FILES: Final = (8, 40, 90)
LIMITS: Final = ReadLimits()


def main() -> None:
    """Encode, read, print."""
    import ray  # noqa: PLC0415 - processes that read begin with this module, and have no use for it

    from indexer.fleet import LOCAL, Fleet  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    home = Home(parser.parse_args().home)
    print(heading(), flush=True)
    cores = os.cpu_count() or 1
    print(f"Ray {ray.__version__}")
    here = Processes(cores)
    hands: dict[str, Workforce] = {
        "processes": here,
        "Ray": Fleet(LOCAL),
    }
    index = Generations(home.index).open_current()
    folder = encoder_folder(home, index.manifest.encoder.name)
    encoder = load_encoder(folder)
    ranked = index.manifest.counts.ranked
    stored = index.store.fetch(range(0, ranked, max(1, ranked // max(TEXTS))))
    texts = {
        key_of(text): text
        for each in stored.values()
        if (text := embedded_text(index.store.reports[each.report_row].title, each.passage))
    }
    for count in TEXTS:
        some = dict(islice(texts.items(), count))
        for name, who in hands.items():
            _told(f"{len(some):,} texts encoded", name, who.encode(some, encoder, folder))
            who.close()  # beginning a cluster is part of what is measured
    with Library(home.library) as library:
        files = [
            ReadJob(each.report_id, library.original(each.sha256), each.name)
            for each in library.entries().values()
        ]
    there = [job for job in files if job.path.exists()]
    for count in FILES:
        for name, who in hands.items():
            _told(f"{len(there[:count]):,} files read", name, who.read(there[:count], LIMITS))
            who.close()


def _told(what: str, name: str, work: Iterable[object]) -> None:
    start = time.perf_counter()
    first = None
    for _ in work:
        first = first or time.perf_counter() - start
    took = time.perf_counter() - start
    print(f"{what} by {name}: {took:.1f} s, the first came after {first or 0:.1f} s", flush=True)


if __name__ == "__main__":
    main()
