"""How long a page takes: pypdf's text, PDFium's text, and the whole of reading.

    python -m benchmarks.speed.reading REPORTS [--pages 6]

The three read the same pages (the first of each PDF in the folder REPORTS) in turns, in one
process. Prints versions, milliseconds a page and ratios.
"""

import argparse
import io
import logging
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdf import PdfReader

from corpus.reading.pdf.reader import read_pdf

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--pages", type=int, default=6)
    options = parser.parse_args()
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    ways: dict[str, Callable[[bytes], None]] = {
        "pypdf text": by_pypdf,
        "PDFium text": by_pdfium,
        "read_pdf": lambda data: void(read_pdf(data, name="x")),
    }
    took = dict.fromkeys(ways, 0.0)
    pages = 0
    for file in sorted(options.reports.glob("*.pdf")):
        data, count = first_pages(file, options.pages)
        pages += count
        for name, way in ways.items():
            start = time.perf_counter()
            way(data)
            took[name] += time.perf_counter() - start
    print(
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, one used; Python "
        f"{platform.python_version()}, pypdf {version('pypdf')}, pypdfium2 {version('pypdfium2')}"
    )
    fastest = took["PDFium text"]
    for name, seconds in took.items():
        print(
            f"{name:12} {seconds / pages * 1000:7.1f} ms a page, {seconds / fastest:5.1f} x PDFium"
        )
    print(f"{pages:,} pages")


def first_pages(file: Path, count: int) -> tuple[bytes, int]:
    """A PDF of the first pages of another."""
    with pdfium.PdfDocument(file) as whole, pdfium.PdfDocument.new() as part:
        count = min(count, len(whole))
        part.import_pages(whole, list(range(count)))
        buffer = io.BytesIO()
        part.save(buffer)
        return buffer.getvalue(), count


def by_pypdf(data: bytes) -> None:
    """The text of every page, by pypdf."""
    for page in PdfReader(io.BytesIO(data)).pages:
        page.extract_text()


def by_pdfium(data: bytes) -> None:
    """The text of every page, by PDFium."""
    with pdfium.PdfDocument(data) as file:
        for page in file:
            page.get_textpage().get_text_range()


def void(_: object) -> None:
    """Nothing."""


if __name__ == "__main__":
    main()
