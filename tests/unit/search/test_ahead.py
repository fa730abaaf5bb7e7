"""Files of an index read into memory before they are asked for."""

from collections import Counter
from io import FileIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from search.index import ahead
from search.index.ahead import read_ahead

SIZE = 3_000_000
NEEDED = ("dense/vectors.bin", "lexical/words.idx", "parts/one/words.bin", "parts/one/tokens.bin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A generation's, with files that questions need and one that they do not."""
    for name in (*NEEDED, "parts/one/store.sqlite", "parts/one/vectors.npy"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(SIZE))
    return tmp_path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many bytes of each file have been read."""
    counts = Counter[str]()

    class Counting(FileIO):
        def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - as `FileIO` has it
            count = super().readinto(buffer)
            counts[Path(str(self.name)).name] += count or 0
            return count

    monkeypatch.setattr(ahead, "FileIO", Counting)
    return counts


def _keys(folder: Path, *names: str) -> set[tuple[int, int]]:
    found = [(folder / name).stat() for name in names]
    return {(each.st_dev, each.st_ino) for each in found}


def test_what_questions_need_is_read_whole(folder: Path, read: Counter[str]) -> None:
    known = read_ahead(folder, (), Event())
    assert known == _keys(folder, *NEEDED, "parts/one/store.sqlite")
    assert read == {Path(name).name: SIZE for name in (*NEEDED, "store.sqlite")}
    assert next(iter(read)) == "vectors.bin", "of a question's reads most are of vectors"


def test_what_was_read_before_is_not_read_again(folder: Path, read: Counter[str]) -> None:
    known = read_ahead(folder, (), Event())
    read.clear()
    (folder / "parts/two").mkdir()
    (folder / "parts/two/words.bin").write_bytes(bytes(SIZE))
    again = read_ahead(folder, known, Event())
    assert again - known == _keys(folder, "parts/two/words.bin")
    assert sum(read.values()) == SIZE


def test_no_more_is_read_than_there_is_room_for(
    folder: Path, read: Counter[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal:  9000000 kB\nMemAvailable:    5000 kB\n", encoding="ascii")
    monkeypatch.setattr(ahead, "_MEMORY", told)
    known = read_ahead(folder, (), Event())
    assert SIZE < sum(read.values()) <= 5000 * 1024 * ahead.SHARE + 2**20
    assert known == _keys(folder, *NEEDED[:2])
    limit = tmp_path / "limit"
    limit.write_text("1000\n", encoding="ascii")
    monkeypatch.setattr(ahead, "_LIMITS", (limit,))
    read.clear()
    read_ahead(folder, (), Event())
    assert sum(read.values()) <= 2**20, "a container's limit counts"


def test_nothing_is_read_where_no_memory_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ahead, "_MEMORY", tmp_path / "none")
    assert read_ahead(folder, (), Event()) == frozenset()


def test_reading_ahead_leaves_off_when_it_is_told_to(folder: Path, read: Counter[str]) -> None:
    stop = Event()
    stop.set()
    read_ahead(folder, (), stop)
    assert sum(read.values()) <= 2**20
