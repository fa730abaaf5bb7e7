"""What `evidence status` and `evidence doctor` tell of a home that has something out of the way."""

import os
import sys
from pathlib import Path

import pytest

from cli.doctor import examine
from cli.status import gather
from corpus.home import Home
from corpus.library.library import Library
from corpus.types import Metadata


def test_files_that_generations_share_take_their_room_once(tmp_path: Path) -> None:
    older, newer = (tmp_path / "index" / "generations" / name for name in ("1", "2"))
    for folder in (older, newer):
        folder.mkdir(parents=True)
    (older / "store.sqlite").write_bytes(b"x" * 1_000)
    os.link(older / "store.sqlite", newer / "store.sqlite")
    (newer / "manifest.json").write_bytes(b"x" * 10)
    assert gather(tmp_path).sizes["index"] == 1_010


def test_an_original_that_no_copy_may_be_kept_of_is_not_missed(tmp_path: Path) -> None:
    with Library(Home(tmp_path).library) as library:
        for name in ("kept.txt", "unkept.txt"):
            library.add(name.encode(), path=name, name=name, metadata=Metadata())
        library.drop_original(library.find("unkept.txt"))
        kept = library.original(library.find("kept.txt").sha256)
    assert _library_is_well(tmp_path)
    kept.unlink()
    assert not _library_is_well(tmp_path)


def test_a_device_where_torch_is_not_installed_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCE_DEVICE", "cuda")
    monkeypatch.delitem(sys.modules, "search.encoder.devices", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    (found,) = (each for each in examine(tmp_path) if each.name == "Device")
    assert found.told == "The device 'cuda' needs torch, which is not installed."
    assert "nothing is indexed" in (found.cure or "")


def _library_is_well(home: Path) -> bool:
    (found,) = (each for each in examine(home) if each.name == "Library")
    return found.well
