"""A running searcher follows new generations without dropping anybody."""

import gc
import shutil
import threading
import time
import weakref
from pathlib import Path
from queue import SimpleQueue

import pytest

from corpus.errors import LibraryError
from corpus.home import Home
from corpus.library.library import Library
from corpus.library.shelf import Shelved, shelve
from corpus.types import Metadata
from indexer.build import BuildOptions, build_index, remove_report
from indexer.progress import Silent
from search.encoder.models import DEFAULT_MODEL
from search.errors import IndexUnusable
from search.index.ahead import read_ahead
from search.index.generations import Generations
from search.live import LiveSearcher
from search.loading import encoder_folder, load_searcher
from tests.once import copied
from tests.terminal import here

QUIET = Silent()


def _add(home: Path, name: str, text: str) -> str:
    with Library(Home(home).library) as library:
        report_id, _ = library.add(text.encode(), path=name, name=name, metadata=Metadata())
    return report_id


@pytest.fixture(scope="module")
def two_notes(tmp_path_factory: pytest.TempPathFactory, prepared_encoder: Path) -> Path:
    home = tmp_path_factory.mktemp("live")
    encoder = encoder_folder(Home(home), DEFAULT_MODEL)
    encoder.parent.mkdir()
    encoder.symlink_to(prepared_encoder)
    _add(home, "one.txt", "Mentoring reduces reoffending among young people at risk.")
    _add(home, "two.txt", "Street lighting reduces crime in the places where it is installed.")
    build_index(Home(home), BuildOptions(), QUIET)
    return home


@pytest.fixture
def built(two_notes: Path, tmp_path: Path) -> Path:
    return copied(two_notes, tmp_path / "home")


def _files(home: Path, question: str) -> set[str]:
    searcher = load_searcher(home)
    try:
        return {hit.report.file for hit in searcher.ask(question, k=100).hits}
    finally:
        searcher.close()


def test_a_removed_report_is_never_returned_again(built: Path) -> None:
    remove_report(Home(built), "two.txt", QUIET)
    for question in ("street lighting crime", "mentoring", "places"):
        assert "two.txt" not in _files(built, question)
    index = Generations(Home(built).index).open_current()
    assert len(index.dense) == len(index.lexical) == 1  # no ghosts in either half
    with pytest.raises(LibraryError, match="removed"):
        remove_report(Home(built), "two.txt", QUIET)


def test_a_library_is_looked_through_without_looking_for_garbage(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on: list[bool] = []

    def looked(library: Library) -> list[Shelved]:
        on.append(gc.isenabled())
        return shelve(library)

    monkeypatch.setattr("indexer.build.shelve", looked)
    build_index(Home(built), BuildOptions(), QUIET)
    assert on == [False]
    assert gc.isenabled()


def test_what_questions_need_is_read_into_memory_at_the_start_and_after_a_swap(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: SimpleQueue[tuple[str, int, int]] = SimpleQueue()
    monkeypatch.setattr("search.live.AHEAD_AFTER_S", 0.01)

    def noted(
        folder: Path, known: frozenset[tuple[int, int]], stop: threading.Event
    ) -> frozenset[tuple[int, int]]:
        found = read_ahead(folder, known, stop)
        done.put((folder.name, len(known), len(found)))
        return found

    monkeypatch.setattr("search.index.ahead.read_ahead", noted)
    live = LiveSearcher(built)
    try:
        name, known, first = done.get(timeout=20)
        assert (name, known) == (live.current().generation, 0)
        assert first >= 5
        _add(built, "three.txt", "Small classes help pupils to read.")
        build_index(Home(built), BuildOptions(), QUIET)
        live.newest()
        name, known, _ = done.get(timeout=20)
        assert (name, known) == (live.current().generation, first)
    finally:
        live.close()


def test_nothing_is_read_ahead_for_a_searcher_that_is_closed(built: Path) -> None:
    before = set(threading.enumerate())
    live = LiveSearcher(built)
    (reading,) = (t for t in set(threading.enumerate()) - before if t.name == "read-ahead")
    live.close()
    reading.join(10)
    assert not reading.is_alive()


def test_reading_ahead_goes_on_with_the_next_index_after_a_fault(
    built: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: SimpleQueue[threading.Event] = SimpleQueue()
    monkeypatch.setattr("search.live.AHEAD_AFTER_S", 0.01)

    def failing(_: Generations, stop: threading.Event) -> None:
        asked.put(stop)
        raise OSError("the disk is gone")

    monkeypatch.setattr(Generations, "read_ahead", failing)
    live = LiveSearcher(built)
    try:
        asked.get(timeout=20)
        remove_report(Home(built), "two.txt", QUIET)
        live.newest()
        asked.get(timeout=20)
    finally:
        live.close()
    assert "could not be read ahead" in caplog.text


def test_no_file_of_the_index_has_a_removed_reports_text(built: Path) -> None:
    remove_report(Home(built), "two.txt", QUIET)
    files = [path for path in (Home(built).index / "generations").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not any(b"Street lighting" in path.read_bytes() for path in files)


def test_an_index_that_cannot_be_read_has_the_text_still_and_that_is_said(built: Path) -> None:
    (manifest,) = (Home(built).index / "generations").glob("*/manifest.json")
    manifest.write_text(manifest.read_text().replace('"format_version": ', '"format_version": 1'))
    told = here(built, "remove", "two.txt").stderr
    assert "has its text still: run `evidence index`" in " ".join(told.split())
    build_index(Home(built), BuildOptions(), QUIET)
    assert "has its text" not in here(built, "remove", "one.txt").stderr


def test_a_removed_report_comes_back_when_added_again(built: Path) -> None:
    remove_report(Home(built), "two.txt", QUIET)
    _add(built, "two.txt", "Street lighting reduces crime in the places where it is installed.")
    build_index(Home(built), BuildOptions(), QUIET)
    assert "two.txt" in _files(built, "street lighting")


def test_the_copy_of_a_removed_report_takes_its_place(built: Path) -> None:
    _add(built, "copy.md", "Street lighting   reduces crime in the places where it is installed.")
    build_index(Home(built), BuildOptions(), QUIET)
    assert "copy.md" not in _files(built, "street lighting")
    remove_report(Home(built), "two.txt", QUIET)
    assert _files(built, "street lighting") == {"one.txt", "copy.md"}


def test_nothing_to_do_is_done_in_a_moment(built: Path) -> None:
    again = build_index(Home(built), BuildOptions(), QUIET)
    assert not again.changed


def test_only_a_new_report_is_encoded(built: Path) -> None:
    _add(built, "three.txt", "Parenting programmes help families with young children.")
    third = build_index(Home(built), BuildOptions(), QUIET)
    assert (third.read, third.encoded) == (1, 1)


def test_a_rebuild_gives_the_same_content(built: Path) -> None:
    first = build_index(Home(built), BuildOptions(), QUIET).manifest
    again = build_index(Home(built), BuildOptions(rebuild=True), QUIET).manifest
    assert again.generation != first.generation
    assert again.content_digest == first.content_digest


def test_a_server_follows_without_a_dropped_request(built: Path) -> None:
    live = LiveSearcher(built)
    failures: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.01):  # the builds need a processor too
            try:
                assert live.current().ask("mentoring", k=5).hits
            except Exception as error:  # noqa: BLE001 - any failure is one too many
                failures.append(error)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for number in range(4):
        _add(built, f"new{number}.txt", f"Programme {number} of mentoring helped {number} schools.")
        build_index(Home(built), BuildOptions(), QUIET)
        time.sleep(0.6)
    newest = load_searcher(built).generation
    deadline = time.monotonic() + 20
    while live.current().generation != newest and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.set()
    for asker in askers:
        asker.join()
    assert not failures
    assert live.current().generation == newest


def test_an_idle_server_answers_after_its_generation_was_pruned(built: Path) -> None:
    searcher = load_searcher(built)
    for _ in range(5):
        build_index(Home(built), BuildOptions(rebuild=True), QUIET)
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(len(searcher.ask("mentoring").hits)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [2] * 8


def test_a_server_nobody_asks_follows_too(built: Path) -> None:
    live = LiveSearcher(built)
    remove_report(Home(built), "two.txt", QUIET)
    deadline = time.monotonic() + 20
    newest = load_searcher(built).generation
    while live.current().generation != newest and time.monotonic() < deadline:
        time.sleep(0.1)
    assert {hit.report.file for hit in live.current().ask("lighting").hits} == {"one.txt"}


def test_a_removal_that_was_broken_off_can_be_finished(built: Path) -> None:
    with Library(Home(built).library) as library:
        report_id = library.find("two.txt").report_id
        library.remove(report_id)  # and killed before the index was built
    assert "two.txt" in _files(built, "street lighting")
    remove_report(Home(built), report_id, QUIET)
    assert "two.txt" not in _files(built, "street lighting")


def test_a_damaged_pointer_or_cache_is_mended_by_the_next_build(built: Path) -> None:
    index = Home(built).index
    (index / "CURRENT").write_bytes(b"\xff\xfe\n")
    with pytest.raises(IndexUnusable, match="CURRENT"):
        load_searcher(built)
    next((index / "vectors").glob("*.sqlite")).write_bytes(b"no database" * 500)
    assert build_index(Home(built), BuildOptions(), QUIET).encoded == 2
    assert _files(built, "mentoring")


def test_odd_characters_in_a_question_do_no_harm(built: Path) -> None:
    assert load_searcher(built).ask("mentoring \udcff \x00 bytes").hits


def test_an_index_of_another_model_is_refused(built: Path) -> None:
    models = Home(built).models
    prepared = models.resolve()
    models.unlink()
    shutil.copytree(prepared, models)
    folder = next(models.iterdir())
    record = (folder / "encoder.json").read_text()
    changed = record.replace('"max_tokens": 256', '"max_tokens": 128')
    assert changed != record
    (folder / "encoder.json").write_text(changed)
    with pytest.raises(IndexUnusable, match="made by") as caught:
        load_searcher(built)
    assert caught.value.cure


def test_an_old_searcher_goes_at_once_and_its_encoder_stays(built: Path) -> None:
    """What lingers until Python looks for cycles is a whole index in memory, at every swap."""
    live = LiveSearcher(built)
    old, encoder = weakref.ref(live.current()), live.current().encoder
    index = weakref.ref(live.current()._index)  # noqa: SLF001 - what takes the memory
    live.current().ask("Does mentoring work?")
    _add(built, "three.txt", "Tutoring helps pupils who fell behind to catch up in reading.")
    gc.disable()
    try:
        generation = build_index(Home(built), BuildOptions(), QUIET).manifest.generation
        deadline = time.monotonic() + 30
        while live.current().generation != generation and time.monotonic() < deadline:
            time.sleep(0.05)
        assert live.current().generation == generation
        assert old() is None
        assert index() is None
        assert live.current().encoder is encoder
    finally:
        gc.enable()
        live.close()
