"""A home as one file and back: whole, while it is used, and never out of a bad file."""

import io
import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli.backup  # noqa: F401 - registers its commands
from api.desk.database import DeskDatabase
from api.desk.journal import Deed, Journal
from cli.app import app
from corpus.errors import EvidenceError, LibraryError
from corpus.home import Home
from corpus.library.library import Library
from corpus.types import Metadata
from indexer.backup import MANIFEST, back_up
from indexer.build import BuildOptions, build_index
from indexer.errors import BackupDamaged
from indexer.progress import Silent
from indexer.restore import restore
from search.encoder.models import DEFAULT_MODEL
from search.live import LiveSearcher
from search.loading import encoder_folder, load_searcher

QUESTION = "Does mentoring reduce reoffending?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, prepared_encoder: Path) -> Path:
    place = tmp_path_factory.mktemp("backed-up") / "home"
    shutil.copytree(prepared_encoder, encoder_folder(Home(place), DEFAULT_MODEL))
    _grow(place, "one.txt", b"Mentoring reduces reoffending among young people at risk.")
    _grow(place, "two.txt", b"Tutoring helps pupils who fell behind to catch up in reading.")
    return place


def _grow(home: Path, name: str, text: bytes) -> None:
    with Library(Home(home).library) as library:
        library.add(text, path=name, name=name, metadata=Metadata())
    build_index(Home(home), BuildOptions(), Silent())


@pytest.fixture
def backup(home: Path, tmp_path: Path) -> Path:
    file = tmp_path / "home.tar"
    back_up(Home(home), file)
    return file


def _answer(home: Path) -> str:
    searcher = load_searcher(home)
    try:
        return searcher.ask(QUESTION).hits[0].passage.text
    finally:
        searcher.close()


def test_what_is_restored_answers_and_grows(home: Path, backup: Path, tmp_path: Path) -> None:
    restore(Home(tmp_path / "new"), backup)
    assert _answer(tmp_path / "new") == _answer(home)
    with Library(Home(tmp_path / "new").library) as library:
        assert len(library.entries()) == 2
    _grow(tmp_path / "new", "three.txt", b"Hot spots policing reduces crime without moving it.")
    assert load_searcher(tmp_path / "new").counts.reports == 3


def test_only_the_live_generation_is_kept(home: Path, backup: Path) -> None:
    assert len(list((home / "index" / "generations").iterdir())) == 2
    with tarfile.open(backup) as archive:
        names = archive.getnames()
    assert len({name.split("/")[2] for name in names if name.startswith("index/gen")}) == 1
    assert names[-1] == MANIFEST
    assert not [name for name in names if name.endswith(("lock", "gathering", "-wal", "-shm"))]


def test_a_library_whose_first_build_was_broken_off_is_kept(tmp_path: Path) -> None:
    place = Home(tmp_path / "home")
    with Library(place.library) as library:
        library.add(b"Mentoring works.", path="a.txt", name="a.txt", metadata=Metadata())
    unfinished = place.index / "generations" / ".new-1"
    unfinished.mkdir(parents=True)
    (unfinished / "vectors.npy").write_bytes(b"half")
    kept = back_up(place, tmp_path / "home.tar").files
    assert any(name.startswith("library/originals/") for name in kept)
    assert not any(name.startswith("index/generations/") for name in kept)


def test_it_is_for_its_owner_alone(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0


def test_a_database_that_is_being_written_is_copied_as_it_was(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(home, other)
    database = sqlite3.connect(other / "keys.sqlite")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE key (name TEXT)")
    database.execute("INSERT INTO key VALUES ('committed')")
    database.commit()
    database.execute("INSERT INTO key VALUES ('not yet')")
    back_up(Home(other), tmp_path / "b.tar")
    database.close()
    restore(Home(tmp_path / "new"), tmp_path / "b.tar")
    rows = sqlite3.connect(tmp_path / "new" / "keys.sqlite").execute("SELECT name FROM key")
    assert rows.fetchall() == [("committed",)]


def test_keys_are_kept_and_what_is_made_again_is_not(home: Path, tmp_path: Path) -> None:
    place = Home(tmp_path / "other")
    shutil.copytree(home, place.path)
    place.drawn.mkdir()
    (place.drawn / "page.webp").write_bytes(b"drawn")
    place.counters.write_bytes(b"counted")
    (place.jobs / "ab").mkdir(parents=True)
    (place.jobs / "ab" / "output.txt").write_text("said")
    Journal(DeskDatabase(place.desk)).tell("k", Deed.ADDED)
    writing = sqlite3.connect(place.keys)
    writing.execute("PRAGMA journal_mode=WAL")
    writing.execute("CREATE TABLE keys (name TEXT)")
    writing.execute("INSERT INTO keys VALUES ('council')")
    writing.commit()  # in the log beside the file, which is left out

    back_up(place, tmp_path / "keys.tar")
    restore(Home(tmp_path / "there"), tmp_path / "keys.tar")

    kept = Home(tmp_path / "there")
    assert sqlite3.connect(kept.keys).execute("SELECT name FROM keys").fetchall() == [("council",)]
    assert not kept.drawn.exists()
    assert not kept.counters.exists()
    assert not kept.jobs.exists()
    assert Journal(DeskDatabase(kept.desk)).lines(1)[0].what is Deed.ADDED
    writing.close()


def test_the_service_runs_on_and_an_indexing_command_does_not(home: Path, tmp_path: Path) -> None:
    live = LiveSearcher(home)
    back_up(Home(home), tmp_path / "a.tar")
    assert live.current().ask(QUESTION).hits
    live.close()
    entered, done = threading.Event(), threading.Event()

    def index() -> None:
        with Library(Home(home).library) as library, library.writing():
            entered.set()
            done.wait(60)

    thread = threading.Thread(target=index)
    thread.start()
    entered.wait()
    with pytest.raises(LibraryError, match="Another `evidence` command"):
        back_up(Home(home), tmp_path / "b.tar")
    done.set()
    thread.join()
    assert not list(tmp_path.glob("b.tar*"))


def test_nothing_is_overwritten_unasked(home: Path, backup: Path, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there already"):
        back_up(Home(home), backup)
    back_up(Home(home), backup, force=True)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("mine")
    with pytest.raises(EvidenceError, match="there already"):
        restore(Home(tmp_path / "taken"), backup)
    assert (tmp_path / "taken" / "letter.txt").read_text() == "mine"
    restore(Home(tmp_path / "taken"), backup, force=True)
    assert _answer(tmp_path / "taken")
    assert not (tmp_path / "taken" / "letter.txt").exists()
    (tmp_path / "empty").mkdir()
    restore(Home(tmp_path / "empty"), backup)
    assert _leftovers(tmp_path) == []


def test_a_running_service_moves_to_what_was_restored(backup: Path, tmp_path: Path) -> None:
    place = tmp_path / "served"
    restore(Home(place), backup)
    _grow(place, "three.txt", b"Hot spots policing reduces crime without moving it elsewhere.")
    live = LiveSearcher(place)
    assert live.current().counts.reports == 3
    restore(Home(place), backup, force=True)
    deadline = threading.Event()
    for _ in range(100):
        if live.current().counts.reports == 2:
            break
        deadline.wait(0.1)
    assert live.current().counts.reports == 2
    live.close()


def test_what_cannot_be_backed_up(home: Path, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no library and no index"):
        back_up(Home(tmp_path / "none"), tmp_path / "b.tar")
    with pytest.raises(EvidenceError, match="inside the home"):
        back_up(Home(home), home / "b.tar")
    assert not (home / "b.tar").exists()


def _leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def _refused(file: Path, tmp_path: Path, told: str) -> None:
    """Whatever was there stays as it was."""
    place = tmp_path / "place"
    place.mkdir()
    (place / "old.txt").write_text("as it was")
    with pytest.raises(BackupDamaged, match=told):
        restore(Home(place), file, force=True)
    assert [path.name for path in place.iterdir()] == ["old.txt"]
    assert _leftovers(tmp_path) == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.9999])
def test_one_that_was_cut_short(backup: Path, tmp_path: Path, share: float) -> None:
    data = backup.read_bytes()
    manifest = data.rindex(b'{\n "format"')
    backup.write_bytes(data[: int(manifest * share)])
    _refused(backup, tmp_path, "damaged")


def test_one_with_a_byte_changed(backup: Path, tmp_path: Path) -> None:
    data = bytearray(backup.read_bytes())
    place = data.index(b"SQLite format 3") + 4_000
    data[place] ^= 1
    backup.write_bytes(bytes(data))
    _refused(backup, tmp_path, "not as it was")


def test_what_is_no_backup(tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    file.write_bytes(b"PK\x03\x04 this is no tar at all" * 100)
    _refused(file, tmp_path, "damaged")


def _rewritten(backup: Path, change: Callable[[tarfile.TarFile], None]) -> Path:
    """The same archive with members put before its manifest."""
    other = backup.with_name("forged.tar")
    with tarfile.open(backup) as source, tarfile.open(other, "w") as to:
        for member in source:
            if member.name == MANIFEST:
                change(to)
            to.addfile(member, source.extractfile(member))
    return other


def _file(
    name: str,
    *,
    content: bytes = b"evil",
    **facts: Any,  # noqa: ANN401 - attributes of any kind
) -> Callable[[tarfile.TarFile], None]:
    def add(archive: tarfile.TarFile) -> None:
        entry = tarfile.TarInfo(name)
        for key, value in {"size": 4, **facts}.items():
            setattr(entry, key, value)
        archive.addfile(entry, io.BytesIO(content))

    return add


@pytest.mark.parametrize(
    "name",
    ["../evil", "/evil/evil", "library/../../evil", "a/./b", "library//evil", "C:\\evil",
     "..\\evil", "x" * 2000, "..", "a\\..\\..\\evil"],
)  # fmt: skip
def test_a_name_that_leads_outside(backup: Path, tmp_path: Path, name: str) -> None:
    _refused(_rewritten(backup, _file(name)), tmp_path, "outside the home")
    assert not list(tmp_path.glob("**/evil"))


@pytest.mark.parametrize(
    "facts",
    [
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0},
        {"type": tarfile.LNKTYPE, "linkname": "../../etc/passwd", "size": 0},
        {"type": tarfile.FIFOTYPE, "size": 0},
        {"type": tarfile.CHRTYPE, "size": 0},
        {"type": tarfile.DIRTYPE, "size": 0},
    ],
    ids=["symlink", "hard link", "fifo", "device", "folder"],
)
def test_what_is_no_plain_file(backup: Path, tmp_path: Path, facts: dict[str, Any]) -> None:
    _refused(_rewritten(backup, _file("library/x", **facts)), tmp_path, "no plain file")


def test_a_link_is_not_followed_to_write_through(backup: Path, tmp_path: Path) -> None:
    def add(archive: tarfile.TarFile) -> None:
        _file("door", type=tarfile.SYMTYPE, linkname=str(tmp_path), size=0)(archive)
        _file("door/evil")(archive)

    _refused(_rewritten(backup, add), tmp_path, "no plain file")
    assert not (tmp_path / "evil").exists()


def test_a_file_more_or_twice(backup: Path, tmp_path: Path) -> None:
    _refused(_rewritten(backup, _file("library/more")), tmp_path, "library/more")
    shutil.rmtree(tmp_path / "place")
    _refused(_rewritten(backup, _file("library/catalogue.sqlite")), tmp_path, "twice")


@pytest.mark.parametrize("told", [b"{}", b"\xff", b"[" * 10_000], ids=["empty", "bytes", "deep"])
def test_a_manifest_that_was_forged(backup: Path, tmp_path: Path, told: bytes) -> None:
    other = tmp_path / "forged.tar"
    with tarfile.open(backup) as source, tarfile.open(other, "w") as to:
        for member in source:
            if member.name != MANIFEST:
                to.addfile(member, source.extractfile(member))
        _file(MANIFEST, size=len(told), content=told)(to)
    _refused(other, tmp_path, "manifest")


def test_a_later_format_is_told(backup: Path, tmp_path: Path) -> None:
    data = backup.read_bytes().replace(b'{\n "format": 1', b'{\n "format": 9')
    backup.write_bytes(data)
    with pytest.raises(EvidenceError, match="format 9"):
        restore(Home(tmp_path / "new"), backup)


def test_the_commands(home: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    file, new = tmp_path / "home.tar", tmp_path / "new"
    done = run(app, ["backup", str(file), "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "files" in done.stderr
    done = run(app, ["restore", str(file), "--home", str(new)])
    assert done.exit_code == 0, done.output
    assert json.loads((new / "index" / "generations").joinpath(
        (new / "index" / "CURRENT").read_text().strip(), "manifest.json").read_text())  # fmt: skip
    assert run(app, ["restore", str(file), "--home", str(new)]).exit_code == 1
