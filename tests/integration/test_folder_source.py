"""A folder of files named in the registry: gathered, followed and withdrawn like a site."""

from pathlib import Path

import pytest

from corpus.centres.types import SourceKind, SourceSpec
from corpus.library.library import Library
from tests.worlds import World, pdf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "evaluations"
    (place / "2024").mkdir(parents=True)
    (place / "one.pdf").write_bytes(pdf("one"))
    (place / "2024" / "two.pdf").write_bytes(pdf("two"))
    (place / "metadata.csv").write_text("file,title,year\none.pdf,The first,2020\n", "utf-8")
    return place


@pytest.fixture
def world(tmp_path: Path, folder: Path) -> World:
    library = Library(tmp_path / "home")
    return World(library, source=(SourceSpec(SourceKind.FOLDER, str(folder)),))


def _titles(world: World) -> set[str | None]:
    return {e.metadata.title for e in world.library.entries().values() if e.removed is None}


def test_files_come_with_their_metadata_and_centre(world: World) -> None:
    counts = world.sync().counts["a"]
    assert (counts["listed"], counts["new"], counts["failed"]) == (2, 2, 0)
    assert "The first" in _titles(world)
    assert {e.metadata.centre for e in world.library.entries().values()} == {"a"}
    assert world.asked == []  # nothing went over the network


def test_what_did_not_change_is_not_read_again(world: World) -> None:
    world.sync()
    counts = world.sync().counts["a"]
    assert (counts["downloaded"], counts["unchanged"]) == (0, 2)


def test_changed_and_vanished_files(world: World, folder: Path) -> None:
    world.sync()
    (folder / "one.pdf").write_bytes(pdf("one, second edition"))
    (folder / "2024" / "two.pdf").unlink()
    counts = world.sync().counts["a"]
    assert (counts["changed"], counts["withdrawn"], counts["failed"]) == (1, 1, 0)


def test_a_folder_that_is_away_withdraws_nothing(world: World, folder: Path) -> None:
    world.sync()
    folder.rename(folder.with_name("elsewhere"))
    run = world.sync()
    assert run.counts["a"]["withdrawn"] == 0
    assert "no file or folder" in run.failures[0][1]


def test_a_link_out_of_the_folder_is_left_alone(world: World, folder: Path) -> None:
    secret = folder.parent / "secret.pdf"
    secret.write_bytes(pdf("secret"))
    (folder / "link.pdf").symlink_to(secret)
    run = world.sync()
    assert run.counts["a"]["new"] == 2
    assert "link.pdf" in run.failures[0][1] or "secret.pdf" in run.failures[0][1]


def test_a_site_cannot_name_files_of_this_machine(world: World, folder: Path) -> None:
    world.source = (SourceSpec(SourceKind.LISTING, "https://a.example/reports"),)
    world.lists((folder / "one.pdf").as_uri())
    run = world.sync()
    assert run.counts["a"]["new"] == 0
    assert not world.library.entries()
