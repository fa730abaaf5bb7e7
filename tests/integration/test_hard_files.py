"""Hostile and odd files: each is read, needs OCR, or is refused with a reason."""

from pathlib import Path

import pytest

from corpus.reading.pdf.reader import read_pdf
from corpus.reading.read import read_file
from corpus.reading.workers import ReadJob, ReadLimits, ReadOutcome, read_many
from corpus.types import Document

LIMITS = ReadLimits(seconds=30, memory_mib=1_024)
PASSWORDS = ("derived__user-password.pdf", "pdfplumber__password-example.pdf")


@pytest.fixture(scope="module")
def outcomes(shared: Path) -> dict[str, ReadOutcome[Document]]:
    files = [p for p in sorted((shared / "hard").iterdir()) if p.suffix == ".pdf"]
    jobs = [ReadJob(path.name, path, path.name) for path in files]
    found = {o.key: o for o in read_many(jobs, workers=2, limits=LIMITS, read=read_file)}
    assert found.keys() == {path.name for path in files}
    return found


@pytest.mark.shared
def test_every_file_is_accounted_for(outcomes: dict[str, ReadOutcome[Document]]) -> None:
    for name, outcome in outcomes.items():
        if outcome.found is None:
            assert outcome.error, name
            assert "crashed" not in outcome.error, name
            assert "Traceback" not in outcome.error, name
        else:
            shown = any(page.text.strip() or page.needs_ocr for page in outcome.found.pages)
            assert shown, name
    assert sum(o.found is not None for o in outcomes.values()) > 90


@pytest.mark.shared
@pytest.mark.parametrize("name", PASSWORDS)
def test_a_password_is_asked_for(outcomes: dict[str, ReadOutcome[Document]], name: str) -> None:
    assert "password" in (outcomes[name].error or "")


@pytest.mark.shared
def test_a_scan_needs_ocr(outcomes: dict[str, ReadOutcome[Document]]) -> None:
    document = outcomes["docling__ocr_test.pdf"].found
    assert document is not None
    assert all(page.needs_ocr for page in document.pages)


@pytest.mark.shared
def test_an_error_page_named_pdf_is_refused(outcomes: dict[str, ReadOutcome[Document]]) -> None:
    assert "holds HTML" in (outcomes["derived__html-named.pdf"].error or "")


@pytest.mark.shared
def test_pages_set_sideways_are_read(outcomes: dict[str, ReadOutcome[Document]]) -> None:
    document = outcomes["pdfbox__PDFBOX-2984-rotations.pdf"].found
    assert document is not None
    assert all(page.text.strip() for page in document.pages)


@pytest.mark.shared
def test_offsets_and_lines_hold_on_real_pages(outcomes: dict[str, ReadOutcome[Document]]) -> None:
    for outcome in outcomes.values():
        for page in outcome.found.pages if outcome.found else ():
            ends = [0]
            for block in page.blocks:
                text = page.text[block.start : block.end]
                assert block.start >= ends[-1]
                assert text == text.strip() != ""
                ends.append(block.end)
            assert all(0 <= line.start < line.end <= len(page.text) for line in page.lines)
            assert "\x00" not in page.text
            page.text.encode()


@pytest.mark.shared
def test_facts_of_an_encrypted_file_are_read(
    outcomes: dict[str, ReadOutcome[Document]],
) -> None:
    document = outcomes["pikepdf__form_dd0293.pdf"].found
    assert document is not None
    assert (document.title or "").startswith("DD Form 293")
    assert document.year == 2021


@pytest.mark.shared
def test_labels_are_those_printed(shared: Path) -> None:
    name = "ukgov_open-data-white-paper-unleashing-the-potential-cm-8353.pdf"
    pages = read_pdf((shared / "reports" / name).read_bytes(), name=name).pages
    assert (pages[6].label, pages[19].label) == ("6", "20")
