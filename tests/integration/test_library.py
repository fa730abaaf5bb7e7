"""The library: what is added is kept, once, and every file is accounted for."""

import sqlite3
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from corpus.library.arrivals import Added, Reading
from corpus.library.library import Library
from corpus.library.shelf import current_reports
from corpus.library.states import State
from corpus.types import Block, BlockKind, Document, DocumentType, Metadata, Page


def _add(library: Library, path: str, data: bytes, **known: str) -> tuple[str, Added]:
    return library.add(data, path=path, name=Path(path).name, metadata=Metadata(**known))  # type: ignore[arg-type]


def _read(library: Library, text: str = "words") -> None:
    for entry in library.readings.unread():
        blocks = (Block(0, len(text), BlockKind.PARAGRAPH),) if text else ()
        page = Page(1, None, text, blocks, needs_ocr=not text)
        library.readings.record(entry, Reading(Document(DocumentType.TEXT, (page,))))


def _states(library: Library, indexed: tuple[str, ...] = ()) -> dict[str, State]:
    return {account.file: account.state for account in library.accounts(frozenset(indexed))}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def test_adding_twice_changes_nothing(library: Library) -> None:
    first = _add(library, "a.txt", b"one")
    assert first[1] is Added.NEW
    assert _add(library, "a.txt", b"one") == (first[0], Added.UNCHANGED)
    assert library.original(library.find("a.txt").sha256).read_bytes() == b"one"


def test_the_same_content_elsewhere_is_a_duplicate(library: Library) -> None:
    report_id, _ = _add(library, "a.txt", b"one")
    assert _add(library, "b.txt", b"one") == (report_id, Added.DUPLICATE)
    _read(library)
    assert _states(library, (report_id,)) == {"a.txt": State.INDEXED, "b.txt": State.DUPLICATE}


def test_new_content_replaces_the_old(library: Library) -> None:
    old, _ = _add(library, "a.txt", b"one")
    new, came_to = _add(library, "a.txt", b"two")
    assert came_to is Added.REPLACED
    assert old != new
    _read(library)
    accounts = library.accounts(frozenset({new}))
    assert [account.state for account in accounts] == [State.REPLACED, State.INDEXED]
    assert [report.report_id for report in current_reports(library)] == [new]


def test_going_back_to_the_old_content(library: Library) -> None:
    old, _ = _add(library, "a.txt", b"one")
    _add(library, "a.txt", b"two")
    assert _add(library, "a.txt", b"one") == (old, Added.RESTORED)
    _read(library)
    assert [report.report_id for report in current_reports(library)] == [old]


def test_metadata_can_be_mended(library: Library) -> None:
    report_id, _ = _add(library, "a.txt", b"one", title="Wrong")
    assert _add(library, "a.txt", b"one", title="Right") == (report_id, Added.UPDATED)
    _read(library)
    assert current_reports(library)[0].title == "Right"


def test_metadata_adds_up_whichever_path_it_came_by(library: Library) -> None:
    report_id, _ = _add(library, "a.txt", b"one", centre="eef")
    _add(library, "b.txt", b"one", title="Known")
    library.remove(report_id)
    _add(library, "a.txt", b"one")
    known = library.find(report_id).metadata
    assert (known.title, known.centre) == ("Known", "eef")


def test_two_records_of_one_id_are_refused(library: Library) -> None:
    known = Metadata()
    library.add(b"1", path="m1#r", name="r.json", metadata=known, report_id="r")
    with pytest.raises(LibraryError, match=r"m2#r and m1#r are different records"):
        library.add(b"2", path="m2#r", name="r.json", metadata=known, report_id="r")
    assert library.add(b"2", path="m1#r", name="r.json", metadata=known, report_id="r") == (
        "r",
        Added.REPLACED,
    )


def test_removing_and_restoring(library: Library) -> None:
    report_id, _ = _add(library, "a.txt", b"one")
    library.remove(report_id)
    assert _states(library) == {"a.txt": State.REMOVED}
    with pytest.raises(LibraryError, match="removed by hand"):
        library.find("a.txt")
    assert _add(library, "a.txt", b"one") == (report_id, Added.RESTORED)
    assert library.find(report_id).removed is None


def test_what_a_person_took_out_can_be_put_back(library: Library) -> None:
    report_id, _ = _add(library, "a.txt", b"one")
    library.remove(report_id, "its data were made up")
    with pytest.raises(LibraryError, match="its data were made up"):
        library.find(report_id)
    library.restore(report_id)
    assert library.find(report_id).removed is None
    assert _states(library) == {"a.txt": State.WAITING}
    _add(library, "a.txt", b"two")
    for other in (report_id, "nothing"):  # replaced, not taken out; not there
        with pytest.raises(LibraryError, match="not taken out"):
            library.restore(other)


def test_the_same_text_in_other_bytes_is_a_duplicate_until_the_first_goes(
    library: Library,
) -> None:
    first, _ = _add(library, "a.txt", b"one")
    second, _ = _add(library, "b.txt", b"two")
    _read(library, "the same words")
    assert _states(library, (first,))["b.txt"] is State.DUPLICATE
    library.remove(first)
    assert [report.report_id for report in current_reports(library)] == [second]


def test_scans_and_failures_are_accounted_for(library: Library) -> None:
    _add(library, "scan.pdf", b"scan")
    _read(library, "")
    _add(library, "bad.pdf", b"bad")
    library.readings.fail(library.readings.unread()[0], "it is damaged")
    assert _states(library) == {"scan.pdf": State.NEEDS_OCR, "bad.pdf": State.QUARANTINED}
    reasons = {account.file: account.reason for account in library.accounts(frozenset())}
    assert reasons["bad.pdf"] == "it is damaged"


def test_an_unknown_report_names_the_cure(library: Library) -> None:
    with pytest.raises(LibraryError, match="no report 'x'") as caught:
        library.find("x")
    assert "evidence status" in (caught.value.cure or "")


def test_a_catalogue_of_another_version_is_refused(tmp_path: Path) -> None:
    with Library(tmp_path / "library"):
        pass
    database = sqlite3.connect(tmp_path / "library" / "catalogue.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(LibraryError, match="version 99"):
        Library(tmp_path / "library")


def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "catalogue.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(LibraryError, match="cannot be opened"):
        Library(tmp_path / "library")


def test_damaged_pages_name_the_cure(library: Library) -> None:
    _add(library, "a.txt", b"one")
    _read(library)
    report = current_reports(library)[0]
    path = next((library.original(report.sha256).parents[2] / "pages").rglob("*.gz"))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(LibraryError) as caught:
        library.readings.document(report.sha256)
    assert "--reread" in (caught.value.cure or "")


def test_a_catalogue_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add(b"one", path="1.txt", name="1.txt")
        other = sqlite3.connect(tmp_path / "catalogue.sqlite")
        (pages,) = other.execute("PRAGMA page_count").fetchone()
        library._catalogue._database.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001
        with pytest.raises(LibraryError, match="full"):  # as on a full disk
            library.add(b"two", path="2.txt" * 9_999, name="2.txt")
        assert len(library.entries()) == 1
        library._catalogue._database.execute("PRAGMA max_page_count = 9999")  # noqa: SLF001
        library.add(b"two", path="2.txt", name="2.txt")
        assert len(library.entries()) == 2


def test_a_damaged_report_in_the_catalogue_is_told(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        library.add(b"one", path="1.txt", name="1.txt")
        other = sqlite3.connect(tmp_path / "catalogue.sqlite")
        other.execute("UPDATE report SET body = '{}'")
        other.commit()
        other.close()
        with pytest.raises(LibraryError, match="cannot be read"):
            library.entries()
