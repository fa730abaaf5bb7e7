"""Precision and recall of study designs, on hand-labelled reports and records.

python -m benchmarks.assessment.designs ../shared/reports [--misses]
"""

import argparse
import csv
import json
import platform
from collections import Counter
from pathlib import Path
from typing import Final

from corpus.assessment.designs import SHOWN, designs_of_words, tag_designs
from corpus.reading.read import read_file
from corpus.types import StudyDesign

LABELS: Final = Path(__file__).parent / "labels" / "designs.tsv"
STARTER: Final = Path(__file__).parents[2] / "corpus" / "data" / "starter.jsonl"


def main() -> None:
    """Print a table by source, part and design."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, help="folder of the labelled reports")
    parser.add_argument("--misses", action="store_true", help="print the dev part's errors")
    given = parser.parse_args()
    records = {r["id"]: r for r in map(json.loads, STARTER.read_text("utf-8").splitlines())}
    counts: Counter[tuple[str, str, StudyDesign, str]] = Counter()
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        right = {StudyDesign(each) for each in row["designs"].split(";") if each}
        shown_by: dict[StudyDesign, str] = {}
        if row["source"] == "record":
            told = set(designs_of_words(records[row["id"]]["study_design"] or ""))
        else:
            tags = tag_designs(read_file(given.reports / row["id"], name=row["id"]).pages)
            told = {tag.design for tag in tags}
            shown_by = {tag.design: tag.shown_by.text for tag in tags}
        for design in StudyDesign:
            if design in told or design in right:
                kind = "tp" if design in told & right else "fp" if design in told else "fn"
                counts[row["source"], row["part"], design, kind] += 1
                if given.misses and row["part"] == "dev" and kind != "tp":
                    print(
                        kind, row["id"], design, shown_by.get(design, "")[:200].replace("\n", " ")
                    )
    print(f"Python {platform.python_version()}, {len(rows)} labels, shown: {sorted(SHOWN)}")
    print(
        f"{'source':8}{'part':10}{'design':22}{'precision':>10}{'recall':>8}{'told':>6}{'right':>6}"
    )
    for source in ("record", "report"):
        for part in ("dev", "held_out"):
            for design in StudyDesign:
                tp, fp, fn = (counts[source, part, design, k] for k in ("tp", "fp", "fn"))
                if tp + fp + fn:
                    precision = f"{tp / (tp + fp):.2f}" if tp + fp else "-"
                    recall = f"{tp / (tp + fn):.2f}" if tp + fn else "-"
                    print(
                        f"{source:8}{part:10}{design:22}{precision:>10}{recall:>8}"
                        f"{tp + fp:6}{tp + fn:6}"
                    )


if __name__ == "__main__":
    main()
