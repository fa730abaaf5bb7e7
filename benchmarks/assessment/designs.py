"""Precision and recall of study designs, on hand-labelled reports and records.

python -m benchmarks.assessment.designs ../shared/reports [--part dev] [--misses]
"""

import argparse
import csv
import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from corpus.assessment.designs import (
    SHOWN,
    SHOWN_OF_RECORDS,
    designs_of_words,
    tag_designs,
)
from corpus.findings import StudyDesign
from corpus.reading.read import read_file

LABELS: Final = Path(__file__).parent / "labels" / "designs.tsv"
STARTER: Final = Path(__file__).parents[2] / "corpus" / "data" / "starter.jsonl"
PARTS: Final = ("dev", "held_out")

Counts = Counter[tuple[str, str, StudyDesign, str]]


def main() -> None:
    """Print a table by source, part and design."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, help="folder of the labelled reports")
    parser.add_argument("--part", choices=PARTS, help="only this part (tune on dev)")
    parser.add_argument("--misses", action="store_true", help="print the dev part's errors")
    given = parser.parse_args()
    parts = (given.part,) if given.part else PARTS
    records = {r["id"]: r for r in map(json.loads, STARTER.read_text("utf-8").splitlines())}
    with LABELS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["part"] in parts]
    counts: Counts = Counter()
    for row in rows:
        right = {StudyDesign(each) for each in row["designs"].split(";") if each}
        told = _told(row, records, given.reports)
        for design in told.keys() | right:
            kind = "tp" if design in told.keys() & right else "fp" if design in told else "fn"
            counts[row["source"], row["part"], design, kind] += 1
            if given.misses and row["part"] == "dev" and kind != "tp":
                print(kind, row["id"], design, " ".join(told.get(design, "").split())[:200])
    print(
        f"Python {platform.python_version()}, pypdfium2 {version('pypdfium2')}, sentencex "
        f"{version('sentencex')}; {len(rows)} labels of {LABELS.name}, parts {', '.join(parts)}"
    )
    print(f"shown of reports: {', '.join(sorted(SHOWN))}")
    print(f"shown of records: {', '.join(sorted(SHOWN_OF_RECORDS))}")
    _print_table(counts, parts)


def _told(
    row: Mapping[str, str], records: Mapping[str, dict[str, str | None]], folder: Path
) -> dict[StudyDesign, str]:
    """The designs told of a labelled row, with the words that show each."""
    if row["source"] == "record":
        words = records[row["id"]]["study_design"] or ""
        return dict.fromkeys(designs_of_words(words), words)
    document = read_file(folder / row["id"], name=row["id"])
    tags = tag_designs(document.pages, title=document.title)
    return {tag.design: tag.shown_by.text for tag in tags}


def _print_table(counts: Counts, parts: Sequence[str]) -> None:
    print(
        f"{'source':8}{'part':10}{'design':22}{'precision':>10}{'recall':>8}{'told':>6}"
        f"{'to tell':>8}"
    )
    for source in ("record", "report"):
        for part in (*parts, "both") if len(parts) > 1 else parts:
            summed = parts if part == "both" else (part,)
            for design in (*StudyDesign, None):
                kept = StudyDesign if design is None else (design,)
                tp, fp, fn = (
                    sum(counts[source, each, d, kind] for each in summed for d in kept)
                    for kind in ("tp", "fp", "fn")
                )
                if tp + fp + fn:
                    precision = f"{tp / (tp + fp):.2f}" if tp + fp else "-"
                    recall = f"{tp / (tp + fn):.2f}" if tp + fn else "-"
                    print(
                        f"{source:8}{part:10}{design or 'all':22}{precision:>10}{recall:>8}"
                        f"{tp + fp:6}{tp + fn:8}"
                    )


if __name__ == "__main__":
    main()
