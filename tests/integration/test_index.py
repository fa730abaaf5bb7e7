"""A generation on disk: both halves agree, filters act inside retrieval, damage is refused."""

import json
import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from search.errors import IndexUnusable, NoIndex
from search.index.generations import Generations
from search.index.opening import open_generation
from search.index.store import Store, open_store
from search.index.tokens import RECORDS_NAME
from search.index.types import Proposed, Within
from search.kept import Asked, Kept
from search.searcher import Searcher
from search.stopwatch import Stopwatch
from search.types import Answer, Filters
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [
    report("a", "Class size", centre="eef", year=2015),
    report("b", "Hot spots policing", centre="college", year=2020),
]
TEXTS = [
    ("a", "Smaller classes give two months of extra progress at a very high cost to schools."),
    ("a", "Teachers rarely change how they teach when the class gets smaller."),
    ("b", "Patrols in small hot spots of crime reduced offending without moving it elsewhere."),
    ("b", "Smaller classes give two months of extra progress at a very high cost to schools."),
]


@pytest.fixture
def searcher(tmp_path: Path) -> Searcher:
    return Searcher(generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER), ENCODER)


def test_the_same_library_gives_the_same_content(tmp_path: Path) -> None:
    one = generation(tmp_path / "1", content(REPORTS, TEXTS, ENCODER), ENCODER)
    two = generation(tmp_path / "2", content(REPORTS, TEXTS, ENCODER), ENCODER)
    assert one.manifest.content_digest == two.manifest.content_digest
    other = generation(tmp_path / "3", content(REPORTS, TEXTS[:3], ENCODER), ENCODER)
    assert other.manifest.content_digest != one.manifest.content_digest


def test_a_reader_keeps_the_generation_it_opened(tmp_path: Path, searcher: Searcher) -> None:
    before = searcher.ask("patrols in hot spots").hits[0].passage
    for _ in range(5):  # more than are kept, so the first one's files are pruned
        generation(tmp_path, content(REPORTS, TEXTS[:2], ENCODER), ENCODER)
    assert searcher.ask("patrols in hot spots").hits[0].passage == before
    newest = Searcher(Generations(tmp_path / "index").open_current(), ENCODER)
    assert "b" not in {hit.report.report_id for hit in newest.ask("patrols").hits}


def test_what_a_killed_build_left_is_swept_up(tmp_path: Path) -> None:
    generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER)
    left = tmp_path / "index" / "generations" / ".new-half"
    left.mkdir()
    (left / "dense.faiss").write_bytes(b"half")
    assert len(Generations(tmp_path / "index").ids()) == 1
    generation(tmp_path, content(REPORTS, TEXTS[:2], ENCODER), ENCODER)
    assert not left.exists()


def _of_format(folder: Path, version: int) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format_version": version}))


def test_a_generation_that_cannot_be_read_just_now_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = Generations(tmp_path)
    for name in ("1", "2", "3"):
        generations.path(name).mkdir(parents=True)

    def busy(_: Path) -> None:
        raise IndexUnusable("It cannot be read.", cure="") from OSError(24, "Too many open files")

    monkeypatch.setattr("search.index.generations.read_manifest", busy)
    monkeypatch.setattr(Generations, "current_id", lambda _: "3")
    generations.prune()
    assert generations.ids() == ["1", "2", "3"]


def test_generations_of_another_format_are_none_of_those_kept(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "index")
    made = [generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER) for _ in range(3)]
    for each in made[1:]:
        _of_format(each.folder, 5)
    newest = generation(tmp_path, content(REPORTS, TEXTS[:2], ENCODER), ENCODER)
    assert generations.ids() == [made[0].manifest.generation, newest.manifest.generation]


def test_a_generation_that_does_not_open_leaves_no_store_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["counts"]["reports"] += 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
    opened: list[Store] = []

    def remembered(part: Path) -> Store:
        opened.append(open_store(part))
        return opened[-1]

    monkeypatch.setattr("search.index.stores.open_store", remembered)
    with pytest.raises(IndexUnusable, match="reports"):
        open_generation(folder)
    (store,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.row_of("a")


def test_no_index_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(NoIndex) as caught:
        Generations(tmp_path / "index").open_current()
    assert caught.value.cure
    assert "evidence index" in caught.value.cure


@pytest.mark.parametrize("name", ["dense/dense.faiss", "parts/*/store.sqlite", "lexical/meta.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "delete"])
def test_a_damaged_file_is_refused_with_the_cure(tmp_path: Path, name: str, damage: str) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    (path,) = folder.glob(name)
    whole = path.read_bytes()
    if damage == "flip":
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    else:
        path.unlink()
    with pytest.raises(IndexUnusable, match=path.name) as caught:
        Generations(tmp_path / "index").open_current()
    assert caught.value.cure
    assert "--rebuild" in caught.value.cure


def test_damage_that_left_the_time_is_found_where_every_byte_is_read(tmp_path: Path) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    path = folder / "dense" / "dense.faiss"
    whole, told = path.read_bytes(), path.stat()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
    generations = Generations(tmp_path / "index")
    generations.open_current().close()
    with pytest.raises(IndexUnusable, match=path.name):
        generations.open_current(read_all=True)
    path.write_bytes(whole)  # written again, later: read again, and found to be right
    generations.open_current().close()
    generations.open_current(read_all=True).close()


def test_another_format_version_is_refused(tmp_path: Path) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    _of_format(folder, 99)
    generations = Generations(tmp_path / "index")
    with pytest.raises(IndexUnusable, match="99"):
        generations.open_current()
    assert generations.model() == ENCODER.spec.name  # the next build takes the same model


def test_where_no_index_is_no_model_is_told(tmp_path: Path) -> None:
    assert Generations(tmp_path).model() is None
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    (folder / "manifest.json").write_text("[]")
    assert Generations(tmp_path / "index").model() is None


def test_words_looked_up_meanwhile_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER)
    question = "crime in small classes"

    def proposed() -> Proposed:
        vector = ENCODER.encode_query(question).vector
        return index.propose(question, lambda: vector, 2, Within(), Stopwatch())

    first = proposed()
    monkeypatch.setattr("search.index.proposing.MANY", 0)
    again = proposed()
    assert again.ordinals.tolist() == first.ordinals.tolist()
    assert again.lexical.tolist() == first.lexical.tolist()
    assert again.lexical_rank == first.lexical_rank != {}


def test_a_question_asked_again_is_answered_alike_and_at_once(tmp_path: Path) -> None:
    made = content(REPORTS, TEXTS, ENCODER)
    keeping = Searcher(generation(tmp_path, made, ENCODER), ENCODER, keep=100)
    first = keeping.ask("smaller classes", k=3)
    again = keeping.ask("smaller classes ", k=3)
    assert replace(again, took_ms=first.took_ms) == first
    assert set(again.took_ms) == {"total"}
    assert set(first.took_ms) > {"total"}
    eef = Filters(centres=("eef",))
    assert {h.report.report_id for h in keeping.ask("smaller classes", filters=eef, k=3).hits} == {
        "a"
    }
    assert len(keeping.ask("smaller classes", k=1).hits) == 1


def test_what_is_asked_at_the_same_time_is_worked_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER)
    keeping = Searcher(made, ENCODER, keep=100, at_once=1)
    begun, go_on = threading.Event(), threading.Event()
    asked: list[str] = []
    encode = type(ENCODER).encode_query

    def waiting(self: HashingEncoder, text: str) -> object:
        asked.append(text)
        begun.set()
        go_on.wait(10)
        return encode(self, text)

    keep = Kept.keep

    def slowly(self: Kept[Asked, Answer], question: Asked, answer: Answer) -> None:
        time.sleep(0.2)  # whoever has the turn meanwhile finds nothing kept
        keep(self, question, answer)

    monkeypatch.setattr(HashingEncoder, "encode_query", waiting)
    monkeypatch.setattr(Kept, "keep", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(keeping.ask, "smaller classes")
        begun.wait(10)
        second = pool.submit(keeping.ask, "smaller classes")
        time.sleep(0.05)
        go_on.set()
    assert first.result().hits == second.result().hits
    assert len(asked) == 1


def test_nothing_is_kept_unless_asked_for(searcher: Searcher) -> None:
    searcher.ask("smaller classes")
    assert set(searcher.ask("smaller classes").took_ms) > {"total"}


def test_nearer_tokens_come_first(tmp_path: Path) -> None:
    texts = [
        ("a", "Crime and mentoring and roads and lorries and bridges and ports."),
        ("a", "Mentoring cuts crime."),
    ]
    made = generation(tmp_path, content([report("a")], texts, ENCODER), ENCODER)
    answer = Searcher(made, ENCODER).ask("mentoring lessens crime")
    for hit in answer.hits:
        assert hit.tokens is not None
        assert -1 <= hit.tokens <= 1.05
    folder = made.folder
    (records,) = folder.glob(f"parts/*/{RECORDS_NAME}")
    records.write_bytes(b"")
    with pytest.raises(IndexUnusable):
        open_generation(folder)
