"""How right publication types, nations and languages are, on hand-labelled reports.

python -m benchmarks.metadata.kinds ../shared/reports
"""

import argparse
import csv
import platform
from collections import Counter
from pathlib import Path
from typing import Final

from corpus.examination import examine_file
from corpus.metadata.claims import resolve

LABELS: Final = Path(__file__).parent / "labels" / "more.tsv"
_SCORED: Final = frozenset({"guidance", "evaluation_report", "briefing", "systematic_review"})


def main() -> None:
    """Print precision and recall by part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, help="folder of the labelled reports")
    folder = parser.parse_args().reports
    counts: Counter[tuple[str, str, str]] = Counter()
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        known = resolve(examine_file(folder / row["file"], name=row["file"]).claims)
        kind = row["publication_type"] if row["publication_type"] in _SCORED else ""
        nation = row["nation"] if row["nation"] != "UK" else ""
        for field, told, right in (
            ("publication_type", known.publication_type or "", kind),
            ("nation", ";".join(known.nations), nation),
            ("language", known.language or "", row["languages"]),
        ):
            if told:
                counts[row["part"], field, "right" if told == right else "wrong"] += 1
            if right:
                counts[row["part"], field, "to find"] += 1
    print(f"Python {platform.python_version()}, {len(rows)} reports labelled in {LABELS.name}")
    for part in ("dev", "held_out"):
        for field in ("publication_type", "nation", "language"):
            right, wrong, to_find = (
                counts[part, field, name] for name in ("right", "wrong", "to find")
            )
            precision = f"{right / (right + wrong):.2f}" if right + wrong else "none told"
            recall = f"{right / to_find:.2f}" if to_find else "none to find"
            print(f"{part:9} {field:17} precision {precision} ({right + wrong}), recall {recall}")


if __name__ == "__main__":
    main()
