"""Every quoted figure of the reports, for a person to judge; and how many there are.

python -m benchmarks.assessment.facts ../shared/reports [--show 60]
"""

import argparse
import hashlib
import time
from collections import Counter
from pathlib import Path

from corpus.assessment.facts import find_facts
from corpus.errors import ReadingError
from corpus.reading.read import read_file


def main() -> None:
    """Print a sample chosen by hash, then counts by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--show", type=int, default=60, help="how many to print")
    given = parser.parse_args()
    found = []
    seconds = 0.0
    for path in sorted(given.reports.iterdir()):
        try:
            document = read_file(path, name=path.name)
        except ReadingError:
            continue
        start = time.perf_counter()
        found += [(path.name, fact) for fact in find_facts(document.pages)]
        seconds += time.perf_counter() - start
    found.sort(key=lambda each: hashlib.sha256(each[1].quotation.text.encode()).digest())
    for name, fact in found[: given.show]:
        words = " ".join(fact.quotation.text.split())
        print(f"{fact.kind:13} {name[:30]:30} p{fact.quotation.page:<4} {words[:220]}")
    counts = Counter(fact.kind.value for _, fact in found)
    print(f"{len(found)} facts in {seconds:.1f} s of looking: {dict(counts)}")


if __name__ == "__main__":
    main()
