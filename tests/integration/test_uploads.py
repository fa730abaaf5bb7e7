"""Files handed in: read in a process apart, within limits, and not kept."""

import sys
import tempfile
from pathlib import Path

import pytest
from docx import Document as WordDocument

from corpus import uploads
from corpus.errors import ReadingError, ReadingLimit
from corpus.uploads import read_upload


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_word_file_gives_its_text_and_leaves_nothing(tmp_path: Path) -> None:
    written = WordDocument()
    written.add_heading("Breakfast clubs in schools", 0)
    written.add_paragraph("Free food before lessons helped pupils in reading.")
    path = tmp_path / "a.docx"
    written.save(str(path))
    data = path.read_bytes()
    path.unlink()
    document = read_upload(data, "a.docx")
    assert document.title == "Breakfast clubs in schools"
    assert "helped pupils in reading" in document.pages[0].text
    assert list(tmp_path.iterdir()) == []


def test_reading_code_is_not_loaded_here() -> None:
    script = (
        "import sys; from corpus.uploads import read_upload;"
        "read_upload(b'Some plain text.', 'a.txt');"
        "assert not {'pypdf', 'pypdfium2', 'docx', 'corpus.reading.read'} & set(sys.modules)"
    )
    import subprocess  # noqa: PLC0415

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("data", [b"", b"\x00" * 64, b"%PDF-1.7\nnothing"])
def test_what_cannot_be_read_says_why(data: bytes) -> None:
    with pytest.raises(ReadingError) as told:
        read_upload(data, "a.pdf")
    assert told.value.cure


@pytest.mark.parametrize(
    "name",
    ["", "a\x00b.txt", "\ud800.txt", "../../etc/passwd", "--help", "x" * 5000 + ".txt", "a/b"],
)
def test_any_name_will_do(name: str) -> None:
    text = "Free food before lessons helped pupils in reading."
    assert read_upload(text.encode(), name).pages[0].text == text


def test_an_endless_text_is_refused() -> None:
    with pytest.raises(ReadingError, match="3,000,000 are the limit"):
        read_upload(b"Some words of it. " * 170_000, "a.txt")


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReadingLimit, match="stopped"):
        read_upload(b"Some plain text.", "a.txt", seconds=0.01)
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 10)
    with pytest.raises(ReadingLimit, match="limit"):
        read_upload(b"Some plain text.", "a.txt")


def test_a_reader_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MEMORY_MIB", 1)  # not enough to start in
    with pytest.raises(ReadingError, match=r"crashed|memory"):
        read_upload(b"Some plain text.", "a.txt")
