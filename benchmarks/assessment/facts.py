"""How often a quoted figure is what it is said to be, by hand verdicts on sentences.

python -m benchmarks.assessment.facts ../shared/reports [--unjudged]

A verdict is `own` (the sentence states such a figure, of the report's own work), `other` (it
does, of a work the report cites) or `wrong`. Sentences are kept as the SHA-256 of their text.
"""

import argparse
import csv
import hashlib
import platform
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Final

from corpus.assessment.facts import MOST, find_facts
from corpus.errors import ReadingError
from corpus.findings import FactKind
from corpus.reading.read import read_file

LABELS: Final = Path(__file__).parent / "labels" / "facts.tsv"


def main() -> None:
    """Print precision by kind, and how long the slowest report took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, help="folder of the reports")
    parser.add_argument("--unjudged", action="store_true", help="print hits without a verdict")
    given = parser.parse_args()
    with LABELS.open(encoding="utf-8") as file:
        verdicts = {
            (row["sha256"], row["kind"]): row["verdict"]
            for row in csv.DictReader(file, delimiter="\t")
        }
    counts: Counter[tuple[str, str]] = Counter()
    found: set[tuple[str, str]] = set()
    slowest, read = 0.0, 0
    for path in sorted(given.reports.iterdir()):
        try:
            document = read_file(path, name=path.name)
        except ReadingError:
            continue
        read += 1
        start = time.perf_counter()
        facts = find_facts(document.pages)
        slowest = max(slowest, time.perf_counter() - start)
        for fact in facts:
            key = (hashlib.sha256(fact.quotation.text.encode()).hexdigest(), fact.kind.value)
            verdict = verdicts.get(key, "unjudged")
            if key not in found:
                counts[fact.kind, verdict] += 1
            found.add(key)
            if given.unjudged and verdict == "unjudged":
                words = " ".join(fact.quotation.text.split())
                print(f"{key[0][:12]} {fact.kind} {path.name} p{fact.quotation.page} {words[:300]}")
    print(
        f"Python {platform.python_version()}, pypdfium2 {version('pypdfium2')}, sentencex "
        f"{version('sentencex')}; {read} reports, at most {MOST} of a kind from each; "
        f"{len(verdicts)} verdicts; slowest report {slowest:.2f} s"
    )
    _print_table(counts, verdicts, found)


def _print_table(
    counts: Counter[tuple[str, str]],
    verdicts: dict[tuple[str, str], str],
    found: set[tuple[str, str]],
) -> None:
    """Precision, and what was judged right but is no longer found."""
    print(
        f"{'kind':14}{'precision':>10}{'own':>6}{'other':>6}{'wrong':>6}{'unjudged':>9}{'lost':>6}"
    )
    for kind in FactKind:
        own, other, wrong, unjudged = (
            counts[kind, verdict] for verdict in ("own", "other", "wrong", "unjudged")
        )
        judged = own + other + wrong
        precision = f"{(own + other) / judged:.2f}" if judged else "-"
        lost = sum(
            key[1] == kind and verdict != "wrong" and key not in found
            for key, verdict in verdicts.items()
        )
        print(f"{kind:14}{precision:>10}{own:6}{other:6}{wrong:6}{unjudged:9}{lost:6}")


if __name__ == "__main__":
    main()
