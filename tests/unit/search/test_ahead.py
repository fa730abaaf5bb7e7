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
ROOM = 5_000_000  # of the memory to be had, three quarters


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


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system tells of so much memory, of which `ROOM` may be read."""
    told = tmp_path / "meminfo"
    told.write_text(f"MemTotal: 9000000 kB\nMemAvailable: {ROOM // 768} kB\n", encoding="ascii")
    monkeypatch.setattr(ahead, "_MEMORY", told)
    return told


@pytest.mark.usefixtures("memory")
def test_no_more_is_read_than_there_is_room_for(folder: Path, read: Counter[str]) -> None:
    known = read_ahead(folder, (), Event())
    assert SIZE < sum(read.values()) <= ROOM + 2**20
    assert known == _keys(folder, *NEEDED[:2])
    read.clear()
    assert read_ahead(folder, known, Event()) == known
    assert not read, "what is in memory takes room there"


@pytest.mark.usefixtures("memory")
def test_a_file_that_parts_share_is_read_once(folder: Path, read: Counter[str]) -> None:
    for name in NEEDED[1:]:
        (folder / name).unlink()
        (folder / name).hardlink_to(folder / NEEDED[0])
    read_ahead(folder, (), Event())
    assert set(read) == {"vectors.bin", "store.sqlite"}
    assert read["vectors.bin"] == SIZE


@pytest.mark.parametrize(
    ("group", "limits"),
    [
        ("0::/", ["memory.max"]),
        ("0::/system.slice/evidence.service", ["system.slice/memory.high"]),
        ("0::/a/b", ["a/b/memory.max", "memory.max"]),
        ("5:cpu,cpuacct:/a\n4:memory:/a/b", ["memory/memory.limit_in_bytes"]),
        ("4:memory:/a/b\n0::/", ["memory/a/memory.limit_in_bytes"]),
    ],
)
@pytest.mark.usefixtures("memory")
def test_limits_of_containers_and_services_count(
    folder: Path,
    read: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    group: str,
    limits: list[str],
) -> None:
    (tmp_path / "group").write_text(group + "\n", encoding="utf-8")
    monkeypatch.setattr(ahead, "_GROUP", tmp_path / "group")
    monkeypatch.setattr(ahead, "_GROUPS", tmp_path / "groups")
    for number, name in enumerate(limits):
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("max\n" if number else "1000\n", encoding="ascii")
    read_ahead(folder, (), Event())
    assert 0 < sum(read.values()) <= 2**20


def test_nothing_is_read_where_no_memory_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ahead, "_MEMORY", tmp_path / "none")
    assert read_ahead(folder, (), Event()) == frozenset()


class _Soon(Event):
    """Set once it has been asked about often enough for two files to be read and a part more."""

    asked = 0

    def is_set(self) -> bool:
        self.asked += 1
        return self.asked > 2 * (SIZE // 2**20 + 2) + 1


def test_reading_that_was_left_off_is_taken_up_again(folder: Path, read: Counter[str]) -> None:
    other = _keys(folder, "parts/one/store.sqlite")
    known = read_ahead(folder, other, _Soon())
    assert known == _keys(folder, *NEEDED[:2]) | other
    assert 0 < read["words.bin"] < SIZE
    read.clear()
    assert read_ahead(folder, known, Event()) == known | _keys(folder, *NEEDED)
    assert read == {"words.bin": SIZE, "tokens.bin": SIZE}


def test_nothing_is_read_where_reading_is_left_off_before(folder: Path, read: Counter[str]) -> None:
    stop = Event()
    stop.set()
    assert read_ahead(folder, (), stop) == frozenset()
    assert not read
