"""Contents lists and reference lists are recognised on pages labelled by hand.

The labels are of real reports; rules were chosen on the files of the half "tune" alone. Files over
half a megabyte are left out, for they take a minute to read.
"""

import csv
from pathlib import Path

import pytest

from corpus.reading.pdf.reader import read_pdf
from corpus.types import BlockKind, Document, Page

LABELS = Path(__file__).resolve().parents[1] / "data" / "page_labels.tsv"
LARGEST = 500_000  # bytes
NEEDED = {BlockKind.CONTENTS: (1.0, 0.73), BlockKind.REFERENCES: (1.0, 0.83)}

Row = dict[str, str]


def _rows() -> list[Row]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [row for row in rows if row["half"] == "held" and row["label"] != "mixed"]


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[tuple[Row, Page]]:
    rows = [r for r in _rows() if (shared / "reports" / r["file"]).stat().st_size <= LARGEST]
    documents: dict[str, Document] = {
        name: read_pdf((shared / "reports" / name).read_bytes(), name=name, seconds=0)  # no OCR
        for name in {row["file"] for row in rows}
    }
    return [(row, documents[row["file"]].pages[int(row["page"]) - 1]) for row in rows]


def _mostly(page: Page, kind: BlockKind) -> bool:
    total = sum(block.end - block.start for block in page.blocks)
    marked = sum(block.end - block.start for block in page.blocks if block.kind is kind)
    return marked > 0.5 * total


@pytest.mark.shared
@pytest.mark.parametrize("kind", NEEDED)
def test_held_out_pages(pages: list[tuple[Row, Page]], kind: BlockKind) -> None:
    found = [(_mostly(page, kind), row["label"] == kind.value) for row, page in pages]
    right = sum(got and want for got, want in found)
    precision = right / max(1, sum(got for got, _ in found))
    recall = right / max(1, sum(want for _, want in found))
    told = f"{kind.value}: precision {precision:.2f}, recall {recall:.2f} on {len(found)} pages"
    assert precision >= NEEDED[kind][0], told
    assert recall >= NEEDED[kind][1], told
