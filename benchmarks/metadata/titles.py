"""How right titles and years are, from the files alone, on hand-labelled reports.

    python -m benchmarks.metadata.titles ../shared/reports [--misses]

Equal are titles that differ in case, punctuation and white space only. Rows whose document
states no year are left out of the years.
"""

import argparse
import csv
import platform
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Final

from corpus.examination import examine_file
from corpus.metadata.claims import winners

LABELS: Final = Path(__file__).parent / "labels" / "title_year.tsv"


def main() -> None:
    """Print accuracy by part, and by the source that was believed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, help="folder of the labelled reports")
    parser.add_argument("--misses", action="store_true", help="print the dev part's misses")
    given = parser.parse_args()
    counts: Counter[tuple[str, str, str]] = Counter()
    sources: Counter[tuple[str, str, bool]] = Counter()
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        best = winners(examine_file(given.reports / row["file"], name=row["file"]).claims)
        titles = {_folded(t) for t in [row["title"], *row["alt_titles"].split(" | ")] if t}
        for field, rights in (("title", titles), ("year", {row["year"]} - {""})):
            if not rights:
                continue
            claim = best.get(field)
            told = str(claim.value) if claim else ""
            good_one = (_folded(told) if field == "title" else told) in rights
            outcome = "right" if good_one else "wrong" if claim else "none"
            counts[row["part"], field, outcome] += 1
            sources[field, claim.source.value if claim else "none", good_one] += 1
            if given.misses and row["part"] == "dev" and not good_one:
                print(f"{field} {row['file'][:50]}: {told!r} is not {min(rights)!r}")
    print(f"Python {platform.python_version()}, {len(rows)} reports labelled in {LABELS.name}")
    for part in ("dev", "held_out"):
        for field in ("title", "year"):
            right, wrong, none = (counts[part, field, o] for o in ("right", "wrong", "none"))
            total = right + wrong + none
            print(f"{part:9} {field:6} {right}/{total} = {right / total:.1%}, {none} without")
    for field, source in sorted({(f, s) for f, s, _ in sources}):
        good, bad = sources[field, source, True], sources[field, source, False]
        print(f"{field:6} by {source:8} right {good}, wrong {bad}")


def _folded(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


if __name__ == "__main__":
    main()
