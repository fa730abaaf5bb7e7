"""What `evidence add` takes from folders: files, and the metadata that names them."""

import os
from pathlib import Path

import pytest

from corpus.errors import CorpusError, MetadataError
from corpus.library.arrivals import Added
from corpus.library.library import Library
from corpus.types import Metadata
from indexer.adding import Addition, add_all
from indexer.errors import NothingToAdd


class _Heard:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def start(self, stage: str, total: int, unit: str) -> None:
        """Nothing."""

    def advance(self, count: int = 1) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Remember it."""
        self.messages.append(message)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "home" / "library")


def _add(
    library: Library, *sources: str, metadata: Path | None = None, heard: _Heard | None = None
) -> list[Addition]:
    return add_all(library, sources, metadata=metadata, progress=heard or _Heard())


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _known(library: Library, path: Path) -> Metadata:
    return library.find(str(path)).metadata


def test_the_same_name_in_two_folders_is_two_files(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("A", "B"):
        _write(tmp_path / folder / "report.txt", f"Words of {folder}.")
        monkeypatch.chdir(tmp_path / folder)
        assert [a.added for a in _add(library, "report.txt")] == [Added.NEW]
    assert len(library.readings.unread()) == 2


def test_another_spelling_of_a_path_is_the_same_file(library: Library, tmp_path: Path) -> None:
    file = _write(tmp_path / "a.txt", "One.")
    _add(library, str(file))
    file.write_text("Two.")
    assert _add(library, f"{tmp_path}/../{tmp_path.name}/a.txt")[0].added is Added.REPLACED


def test_metadata_names_files_by_their_path(library: Library, tmp_path: Path) -> None:
    one = _write(tmp_path / "a" / "report.txt", "Nurses.")
    two = _write(tmp_path / "b" / "report.txt", "Camps.")
    three = _write(tmp_path / "c" / "other.txt", "Third.")
    _write(
        tmp_path / "metadata.csv",
        "file,title\na/report.txt,Nurse visits\nother.txt,By name alone\ngone.txt,Nobody\n",
    )
    heard = _Heard()
    _add(library, str(tmp_path), heard=heard)
    assert _known(library, one).title == "Nurse visits"
    assert _known(library, two).title is None
    assert _known(library, three).title == "By name alone"
    assert any("gone.txt" in message for message in heard.messages)


def test_a_name_two_files_have_is_matched_by_neither(library: Library, tmp_path: Path) -> None:
    one = _write(tmp_path / "a" / "report.txt", "Nurses.")
    _write(tmp_path / "b" / "report.txt", "Camps.")
    table = _write(tmp_path / "elsewhere" / "m.csv", "file,title\nreport.txt,Which?\n")
    _add(library, str(tmp_path / "a"), str(tmp_path / "b"), metadata=table)
    assert _known(library, one).title is None


@pytest.mark.parametrize("text", ['file,title\na.txt,"open\nb.txt,x\n', "file\na.txt\na.txt\n"])
def test_broken_quotes_and_doubled_rows_are_faults(
    library: Library, tmp_path: Path, text: str
) -> None:
    _write(tmp_path / "a.txt", "One.")
    _write(tmp_path / "metadata.csv", text)
    with pytest.raises(MetadataError, match="line"):
        _add(library, str(tmp_path))
    assert not library.entries()


def test_what_cannot_be_opened_does_not_stop_the_others(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    _write(folder / "a.txt", "One.")
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere")
    _write(folder / "z.txt", "Two.")
    with pytest.raises(CorpusError, match=r"1 of 3 could not be added.*gone\.txt"):
        _add(library, str(folder))
    assert len(library.readings.unread()) == 2


def test_names_that_are_no_utf8_stay_apart(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for byte, text in ((b"\xff", b"One."), (b"\xfe", b"Two.")):
        (Path(os.fsdecode(os.fsencode(folder) + b"/r" + byte + b".txt"))).write_bytes(text)
    assert [a.added for a in _add(library, str(folder))] == [Added.NEW, Added.NEW]


def test_nothing_to_add_is_said(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToAdd, match="holds no file"):
        _add(library, str(tmp_path / "empty"))
    with pytest.raises(NothingToAdd, match="no file or folder"):
        _add(library, str(tmp_path / "nowhere"))
