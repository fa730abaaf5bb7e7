"""An index of many parts keeps many files open: the limit is raised, or its lack told of."""

import errno
import os
import resource
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from search.errors import IndexUnusable
from search.index.opening import open_generation
from search.index.stores import A_PART, SPARE
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [report("a", "Class size", centre="eef", year=2015)]
TEXTS = [("a", "Smaller classes give two months of extra progress at a very high cost.")]


def _open_in(folder: Path) -> int:
    """How many files of a folder this process has open."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # others come and go
            found += str(folder) in str(each.readlink())
    return found


def test_room_is_made_for_as_many_open_files_as_an_index_has(tmp_path: Path) -> None:
    made = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER)
    made.close()
    folder = Path(shutil.copytree(made.folder, tmp_path / "again", copy_function=shutil.copy2))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
    try:
        opened = open_generation(folder)
        assert 0 < _open_in(folder) <= A_PART
        opened.close()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 2 * A_PART + SPARE
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_an_index_is_opened_where_the_limit_of_open_files_cannot_be_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    asked = []

    def refused(_: int, limits: tuple[int, int]) -> None:
        asked.append(limits)
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refused)
    open_generation(folder).close()
    assert asked[0] == (2 * A_PART + SPARE, resource.RLIM_INFINITY)


def test_too_few_open_files_for_maps_are_told_of_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder

    def refused(*_: object, access: int) -> None:
        del access
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("search.index.mapping.mmap.mmap", refused)
    with pytest.raises(IndexUnusable, match=r"may have \d+ files open") as caught:
        open_generation(folder)
    assert "ulimit -n" in (caught.value.cure or "")


FULL = """
import os, resource, sys
from pathlib import Path
from search.errors import IndexUnusable
from search.index.stores import open_stores
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
taken = []
try:
    while True:
        taken.append(open(os.devnull))
except OSError:
    pass
try:
    open_stores([Path(sys.argv[1])])
except IndexUnusable as error:
    print(error, error.cure)
"""


def test_too_few_open_files_for_stores_are_told_of_as_that(tmp_path: Path) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    store = next(folder.glob("parts/*"))
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(store)], capture_output=True, text=True, check=True
    )
    assert "this process may have 40 files open" in told.stdout
    assert "ulimit -n" in told.stdout
