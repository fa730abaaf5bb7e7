"""An index that grew a report at a time is the one that is built from nothing."""

import random
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from corpus.details import ReportDetails
from corpus.library.fingerprint import fingerprint, stamp
from corpus.library.shelf import Shelved
from corpus.passages import PassageRules
from corpus.types import Block, BlockKind, Document, DocumentType, Page, ReportStatus
from indexer.content import Content
from indexer.cutting import Cutter
from indexer.errors import BuildFailed
from indexer.filling import Filling
from indexer.making import Making, to_files
from indexer.progress import Silent
from indexer.publish import Wanted, publish_parts
from indexer.vectors import VectorCache
from indexer.workforce import Processes
from search.index.generations import Generations
from search.index.layers import LayeredDense, is_overdue
from search.index.linking import link_folder
from search.index.manifest import Manifest, verify_files
from search.index.types import Within
from search.searcher import Searcher
from search.types import Answer, Filters
from tests.builders import content, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
HANDS = Processes(1)
RULES = PassageRules(target_tokens=20, min_tokens=1)
PART_MOST = 8
QUESTIONS = (
    "Does mentoring cut crime in schools?",
    "What do tutoring and housing cost?",
    "lighting near bridges",
)
WORDS = (
    "mentoring", "tutoring", "housing", "lighting", "crime", "schools", "cost", "places", "years",
    "pupils", "trial", "effect", "bridges", "ports", "evidence", "weak", "strong", "patrols",
    "parents", "reading", "class", "sizes", "falls", "outcomes",
)  # fmt: skip


class Documents:
    """What the cutter asks of a library."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.asked: list[str] = []

    def document(self, digest: str) -> Document:
        self.asked.append(digest)
        text = self.texts[digest]
        blocks, start = [], 0
        for paragraph in text.split("\n\n"):
            blocks.append(Block(start, start + len(paragraph), BlockKind.PARAGRAPH))
            start += len(paragraph) + 2
        return Document(DocumentType.TEXT, (Page(1, None, text, tuple(blocks)),))


class Home:
    """A library without files, and its index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents = Documents()
        self.reports: dict[str, Shelved] = {}

    def put(self, name: str, draw: random.Random, *paragraphs: str) -> None:
        made = [
            " ".join(draw.choices(WORDS, k=draw.randint(8, 30))) for _ in range(draw.randint(1, 8))
        ]
        text = "\n\n".join([*made, *paragraphs])
        digest = sha256(text.encode()).hexdigest()
        self.documents.texts[digest] = text
        told = report(
            name,
            f"On {draw.choice(WORDS)}",
            year=draw.randint(2000, 2024),
            centre=draw.choice(["eef", "college-of-policing"]),
        )
        self.reports[name] = Shelved(replace(told, sha256=digest), ReportDetails())

    def withdraw(self, name: str) -> None:
        told = self.reports[name]
        gone = replace(told.report, status=ReportStatus.WITHDRAWN)
        self.reports[name] = replace(told, report=gone)

    def index(self, *, anew: bool = False) -> Manifest:
        shelved = [self.reports[name] for name in sorted(self.reports)]
        stamps = {each.report.report_id: stamp(each) for each in shelved}
        digest = fingerprint(stamps.values(), RULES, ENCODER.spec.model_hash)
        generations = Generations(self.folder / "index")
        held = None if anew else generations.sound()
        self.documents.asked.clear()
        with (
            Cutter(self.documents, RULES, ENCODER, held.parts if held else ()) as cutter,  # type: ignore[arg-type]
            VectorCache(self.folder / "vectors", ENCODER.spec) as cache,
        ):
            return to_files(
                Filling(
                    cutter,
                    partial(HANDS.encode, encoder=ENCODER, folder=self.folder),
                    cache,
                    Silent(),
                    tokens=bool(ENCODER.spec.token_dimension),
                ),
                shelved,
                stamps,
                Making(ENCODER.spec, RULES, digest, Silent(), part_most=PART_MOST),
                generations,
                held,
            )

    def searcher(self) -> Searcher:
        return Searcher(Generations(self.folder / "index").open_current(), ENCODER)

    def fresh(self, folder: Path) -> "Home":
        """The same library in a new home, indexed from nothing."""
        other = Home(folder)
        other.documents.texts, other.reports = self.documents.texts, dict(self.reports)
        other.index()
        return other


def _told(answer: Answer) -> list[object]:
    hits = [
        (
            hit.passage.passage_id,
            hit.report.report_id,
            pytest.approx(hit.score, abs=1e-6),
            hit.duplicates,
        )
        for hit in answer.hits
    ]
    return [*hits, answer.facets]


def _assert_same(one: Home, other: Home) -> None:
    grown, built = one.searcher(), other.searcher()
    for filters in (Filters(), Filters(centres=("eef",)), Filters(year_from=2012)):
        for question in QUESTIONS:
            found = grown.ask(question, filters=filters, k=20)
            assert _told(found) == _told(built.ask(question, filters=filters, k=20))
    assert [r.report_id for r in grown.standing_reports()] == sorted(one.reports)


def _change(home: Home, draw: random.Random, number: int) -> None:
    names = sorted(home.reports)
    what = draw.random()
    if what < 0.5 or len(names) < 3:
        home.put(f"new-{number}", draw, draw.choice(["", "Mentoring cut crime in many schools."]))
    elif what < 0.7:
        home.put(draw.choice(names), draw)
    elif what < 0.8:
        name = draw.choice(names)
        told = home.reports[name]
        home.reports[name] = replace(told, report=replace(told.report, title=f"Edited {number}"))
    else:
        del home.reports[draw.choice(names)]


def _layer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have even few vectors in layers, and never put them in one."""
    monkeypatch.setattr("indexer.layers.FLAT", "never")
    monkeypatch.setattr("search.index.layers.MOST_GONE", 1.0)


@pytest.fixture(params=["whole", "layered"])
def dense(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Vectors written whole each time, as few of them are, or in layers, exact all the same."""
    if request.param == "layered":
        _layer(monkeypatch)
    return str(request.param)


def test_a_grown_index_answers_as_one_from_nothing(tmp_path: Path, dense: str) -> None:
    draw = random.Random(0)
    home = Home(tmp_path / "grown")
    for number in range(25):
        home.put(f"report-{number}", draw, "Mentoring cut crime in many schools." * (number % 2))
    home.index()
    for step in range(3):
        for number in range(draw.randint(1, 4)):
            _change(home, draw, 10 * step + number)
        made = home.index()
        fresh = home.fresh(tmp_path / f"fresh-{step}")
        assert made.content_digest == Generations(fresh.folder / "index").manifest().content_digest
        assert len(made.parts) > 3
        assert (made.layers is not None) == (dense == "layered")
        _assert_same(home, fresh)


def test_one_report_more_leaves_all_but_its_part_as_it_was(tmp_path: Path) -> None:
    draw = random.Random(5)
    home = Home(tmp_path)
    for number in range(40):
        home.put(f"report-{number}", draw)
    before = home.index()
    home.put("one-more", draw)
    after = home.index()
    assert home.documents.asked == [home.reports["one-more"].report.sha256]  # no other is cut
    new = {part.key for part in after.parts} - {part.key for part in before.parts}
    assert 1 <= len(new) <= 2
    generations = Generations(tmp_path / "index")
    for part in after.parts:
        if part.key not in new:
            inodes = {
                (generations.path(each) / "parts" / part.name / "store.sqlite").stat().st_ino
                for each in (before.generation, after.generation)
            }
            assert len(inodes) == 1


def test_the_live_index_is_looked_through_once_and_its_damage_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(5)
    home = Home(tmp_path / "grown")
    for number in range(40):
        home.put(f"report-{number}", draw)
    home.index()
    generations = Generations(home.folder / "index")
    looked: list[Path] = []
    verify = verify_files

    def counted(manifest: Manifest, folder: Path, **how: bool) -> None:
        looked.append(folder)
        verify(manifest, folder, **how)

    for module in ("generations", "opening"):
        monkeypatch.setattr(f"search.index.{module}.verify_files", counted)
    home.put("one-more", draw)
    live = generations.path(generations.current_id())
    home.index()
    assert looked.count(live) == 1
    live = generations.path(generations.current_id())
    _damage(next(live.glob("parts/*/vectors.npy")))
    home.put("another", draw)
    home.index()
    generations.open_current(read_all=True).close()
    _assert_same(home, home.fresh(tmp_path / "fresh"))
    monkeypatch.setattr("indexer.publish.link_folder", _damaging)  # damaged while it is built upon
    home.put("a-third", draw)
    before = generations.current_id()
    with pytest.raises(BuildFailed, match="does not open"):
        home.index()
    assert generations.current_id() == before


def _damage(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))


def _damaging(source: Path, target: Path) -> None:
    if (source / "vectors.npy").exists():
        _damage(source / "vectors.npy")
    link_folder(source, target)


def test_parts_that_would_share_their_numbers_are_told_apart(tmp_path: Path) -> None:
    texts = ["Mentoring keeps young people out of crime.", "Patrols in hot spots cut crime."]
    keys = ["0123456789" + letter * 54 for letter in "ab"]
    wanted = [
        Wanted(key, partial(_one_passage, name, text))
        for key, name, text in zip(keys, "ab", texts, strict=True)
    ]
    generations = Generations(tmp_path / "index")
    write = partial(publish_parts, wanted, generations, encoder=ENCODER.spec, rules=RULES)
    made = write(library_digest="d")
    assert made.parts[0].key == keys[0]
    assert len({part.numbered_from for part in made.parts}) == 2
    searcher = Searcher(generations.open_current(), ENCODER)
    for word, name in (("mentoring", "a"), ("patrols", "b")):
        best = searcher.ask(word).hits[0]
        assert (best.report.report_id, best.lexical.rank) == (name, 1)
    again = write(library_digest="e", held=generations.sound())
    assert again.parts == made.parts  # the same keys, so that nothing was written anew


def _one_passage(name: str, text: str) -> Content:
    made = content([report(name)], [(name, text)], ENCODER)
    (entry,) = made.entries
    named = replace(entry.passage, passage_id=name)
    return replace(made, entries=[replace(entry, passage=named)])


def test_nothing_of_a_removed_report_is_left_in_the_live_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _layer(monkeypatch)
    draw = random.Random(6)
    home = Home(tmp_path)
    for number in range(40):
        home.put(f"report-{number}", draw)
    home.put("secret", draw, "The zyzzogeton of Budleigh Salterton was quite unheard of before.")
    home.index()
    assert b"zyzzogeton" in _bytes(home)
    passages = [each.passage_id for each in home.searcher().report_passages("secret")]
    del home.reports["secret"]
    made = home.index()
    assert b"zyzzogeton" not in _bytes(home)
    assert not any(each.encode() in _bytes(home) for each in passages)
    index = Generations(tmp_path / "index").open_current()
    assert index.lexical.frequency("zyzzogeton") == 0
    assert made.layers is not None
    assert made.layers.gone == len(passages)
    assert isinstance(index.dense, LayeredDense)
    vector = ENCODER.encode_queries(["zyzzogeton of Budleigh Salterton unheard"])[0]
    found = index.dense.search(vector, len(index.dense))
    assert len(found) == len(index.dense) == made.counts.ranked
    assert len(np.unique(found.ordinals)) == made.counts.ranked


def _bytes(home: Home) -> bytes:
    folder = Generations(home.folder / "index").open_current().folder
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_layers_are_put_in_one_when_they_are_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _layer(monkeypatch)
    draw = random.Random(7)
    home = Home(tmp_path)
    for number in range(20):
        home.put(f"report-{number}", draw)
    home.index()
    home.put("one-more", draw)
    assert home.index().layers is not None
    monkeypatch.setattr("search.index.layers.MOST_RECENT", 3)
    for number in range(4):
        home.put(f"more-{number}", draw)
    made = home.index()
    assert made.layers is None
    assert not is_overdue(made)
    assert len(Generations(tmp_path / "index").ids()) == 3  # found at once, then put in one
    _assert_same(home, home.fresh(tmp_path / "fresh"))


def test_a_report_that_is_withdrawn_keeps_its_row_and_no_passage(tmp_path: Path) -> None:
    draw = random.Random(8)
    home = Home(tmp_path)
    for number in range(30):
        home.put(f"report-{number}", draw)
    home.index()
    home.withdraw("report-3")
    home.index()
    searcher = home.searcher()
    assert searcher.report("report-3").status is ReportStatus.WITHDRAWN
    assert searcher.report_passages("report-3") == ()


def test_a_withdrawn_report_that_comes_back_has_its_passages_again(tmp_path: Path) -> None:
    draw = random.Random(8)
    home = Home(tmp_path)
    for number in range(30):
        home.put(f"report-{number}", draw)
    before = home.index()
    told = home.reports["report-3"]
    passages = home.searcher().report_passages("report-3")
    home.withdraw("report-3")
    home.index()
    home.reports["report-3"] = told
    assert home.index().content_digest == before.content_digest
    assert home.searcher().report_passages("report-3") == passages != ()


def test_many_parts_are_merged_into_one_list_of_words(tmp_path: Path) -> None:
    draw = random.Random(9)
    home = Home(tmp_path)
    for number in range(60):
        home.put(f"report-{number}", draw)
    made = home.index()
    assert len(made.parts) >= 8
    folder = Generations(tmp_path / "index").open_current().folder
    segments = {path.stem for path in (folder / "lexical").glob("*.idx")}
    assert len(segments) == 1
    _everything_is_found(home, made.counts.ranked)


def _everything_is_found(home: Home, ranked: int) -> None:
    index = Generations(home.folder / "index").open_current()
    found = next(index.near(np.ones((1, 32), np.float32), ranked, Within()))
    assert sorted(found.ordinals.tolist()) == list(range(ranked))
    for ordinal, stored in index.store.fetch(range(ranked)).items():
        assert index.store.passage(stored.passage.passage_id).ordinal == ordinal
        assert index.report_rows(np.array([ordinal]))[0] == stored.report_row
        assert index.store.passage_ids([ordinal]) == {ordinal: stored.passage.passage_id}
