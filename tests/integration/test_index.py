"""A generation on disk: both halves agree, filters act inside retrieval, damage is refused."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.types import ReportStatus
from search.encoder.types import Encoded
from search.errors import IndexUnusable, NoIndex
from search.index.dense import DenseHalf, open_dense, write_dense
from search.index.generations import Generations, open_generation
from search.index.tokens import RECORDS_NAME
from search.index.types import Allowed
from search.searcher import Searcher
from search.types import Filters
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


def test_the_passage_that_answers_comes_first(searcher: Searcher) -> None:
    answer = searcher.ask("do patrols in hot spots cut crime?", k=3)
    assert answer.hits[0].passage.text == TEXTS[2][1]
    assert [hit.rank for hit in answer.hits] == [1, 2, 3]
    assert answer.hits[0].lexical.rank == 1


def test_near_duplicates_are_shown_once_and_counted(searcher: Searcher) -> None:
    answer = searcher.ask("smaller classes progress cost", k=10)
    texts = [hit.passage.text for hit in answer.hits]
    assert texts.count(TEXTS[0][1]) == 1
    assert len(answer.hits[texts.index(TEXTS[0][1])].duplicates) == 1


def test_k_is_filled_however_many_duplicates_crowd_in(tmp_path: Path) -> None:
    reports = [report(f"r{i}") for i in range(320)]
    same = "Tutoring in maths helps pupils who fall behind to catch up with the others in class."
    texts = [(f"r{i}", same) for i in range(300)]
    texts += [
        (f"r{i}", f"Pupils of school {i} had tutoring in subject {i}.") for i in range(300, 320)
    ]
    searcher = Searcher(generation(tmp_path, content(reports, texts, ENCODER), ENCODER), ENCODER)
    answer = searcher.ask("tutoring maths pupils", k=20)
    assert len(answer.hits) == 20
    assert max(len(hit.duplicates) for hit in answer.hits) == 299


def test_a_bare_topic_is_spread_over_reports_and_sorted(tmp_path: Path) -> None:
    texts = [("a", f"Class size and pupils, part {part}: smaller classes.") for part in range(4)]
    texts.append(("b", "Class size matters little where teachers do not change how they teach."))
    searcher = Searcher(generation(tmp_path, content(REPORTS, texts, ENCODER), ENCODER), ENCODER)
    topic = searcher.ask("class size", k=3)
    assert [hit.report.report_id for hit in topic.hits].count("a") == 2
    assert {theme.label for theme in topic.themes} <= {"eef", "college"}
    assert topic.themes
    assert {each for theme in topic.themes for each in theme.reports} <= set(
        topic.statement.reports or ("a", "b")
    )
    question = searcher.ask("does class size of pupils matter in smaller classes?", k=3)
    assert question.themes == ()
    assert len(searcher.ask("class size", k=5).hits) == 5


def test_a_filter_chooses_the_copy_it_allows(searcher: Searcher) -> None:
    answer = searcher.ask("smaller classes progress", filters=Filters(centres=("college",)), k=10)
    assert {hit.report.report_id for hit in answer.hits} == {"b"}
    assert answer.hits[0].passage.text == TEXTS[3][1]
    assert answer.hits[0].duplicates == ()
    assert [(f.value, f.count) for f in answer.facets["centre"]] == [("college", 1)]


def test_a_selective_filter_returns_everything_it_leaves(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    words = [f"w{number}" for number in range(50)]
    reports = [report(f"r{i}", centre="rare" if i == 7 else "common") for i in range(40)]
    texts = [(f"r{i % 40}", " ".join(rng.choice(words, 20)) + f" unique{i}") for i in range(2_000)]
    searcher = Searcher(generation(tmp_path, content(reports, texts, ENCODER), ENCODER), ENCODER)
    answer = searcher.ask("zzz w1 w2", filters=Filters(centres=("rare",)), k=100)
    assert len(answer.hits) == sum(report_id == "r7" for report_id, _ in texts)
    assert {hit.report.report_id for hit in answer.hits} == {"r7"}


def test_a_filter_that_leaves_nothing_gives_nothing(searcher: Searcher) -> None:
    answer = searcher.ask("classes", filters=Filters(centres=("nobody",)))
    assert answer.hits == ()
    assert all(not counts for counts in answer.facets.values())


def test_an_empty_index_answers_with_nothing(tmp_path: Path) -> None:
    searcher = Searcher(generation(tmp_path, content([], [], ENCODER), ENCODER), ENCODER)
    assert searcher.ask("anything").hits == ()


def test_what_no_longer_stands_is_kept_beside_what_is_found(tmp_path: Path) -> None:
    gone = replace(report("c", "Class size, first version"), status=ReportStatus.REPLACED)
    made = generation(tmp_path, content([*REPORTS, gone], TEXTS, ENCODER), ENCODER)
    assert made.manifest.counts.reports == 2
    assert Searcher(made, ENCODER).report("c").status is ReportStatus.REPLACED


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


def test_no_index_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(NoIndex) as caught:
        Generations(tmp_path / "index").open_current()
    assert caught.value.cure
    assert "evidence index" in caught.value.cure


@pytest.mark.parametrize("name", ["dense.faiss", "store.sqlite", "lexical/meta.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "delete"])
def test_a_damaged_file_is_refused_with_the_cure(tmp_path: Path, name: str, damage: str) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    path = folder / name
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


def test_another_format_version_is_refused(tmp_path: Path) -> None:
    folder = generation(tmp_path, content(REPORTS, TEXTS, ENCODER), ENCODER).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["format_version"] = 99
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexUnusable, match="99"):
        Generations(tmp_path / "index").open_current()


def _large(tmp_path: Path) -> tuple[DenseHalf, DenseHalf, np.ndarray]:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(60, 32))
    vectors = centres[rng.integers(0, 60, 6_000)] + 0.7 * rng.normal(size=(6_000, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    halves = []
    for name, flat_up_to in (("flat", 10_000), ("lists", 1_000)):
        folder = tmp_path / name
        folder.mkdir()
        info = write_dense(vectors, folder, flat_up_to=flat_up_to)
        halves.append(open_dense(folder, info, dimension=32, ranked=len(vectors)))
    return halves[0], halves[1], vectors


def test_a_large_index_is_approximate_with_the_recall_it_states(tmp_path: Path) -> None:
    exact, lists, vectors = _large(tmp_path)
    found = 0
    for query in vectors[1::60]:
        want = set(exact.search(query, 100).ordinals.tolist())
        found += len(want & set(lists.search(query, 100).ordinals.tolist()))
    assert found / (100 * len(vectors[1::60])) > 0.97


def test_a_large_index_answers_a_selective_filter_exactly(tmp_path: Path) -> None:
    exact, lists, vectors = _large(tmp_path)
    mask = np.zeros(len(vectors), np.bool_)
    mask[::600] = True
    allowed = Allowed(mask, np.array([0]))
    got = lists.search(vectors[0], 100, allowed)
    assert sorted(got.ordinals.tolist()) == np.flatnonzero(mask).tolist()
    assert np.array_equal(got.ordinals, exact.search(vectors[0], 100, allowed).ordinals)


class _WithoutTokens(HashingEncoder):
    """As a model that only sentence-transformers can run."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = replace(self.spec, token_dimension=0)

    def encode_query(self, text: str) -> Encoded:
        return replace(super().encode_query(text), tokens=None)

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        return [replace(each, tokens=None) for each in super().encode_with_tokens(texts)]


def test_an_encoder_without_tokens_builds_and_answers(tmp_path: Path) -> None:
    encoder = _WithoutTokens()
    texts = [("a", "Mentoring cuts crime."), ("a", "Roads carry lorries."), ("a", "Xyzzy.")]
    made = generation(tmp_path, content([report("a")], texts, encoder), encoder)
    assert made.tokens is None
    answer = Searcher(made, encoder).ask("mentoring crime", k=2)
    assert answer.hits[0].passage.text == "Mentoring cuts crime."
    assert {hit.tokens for hit in answer.hits} == {None}


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
    (folder / RECORDS_NAME).write_bytes(b"")
    with pytest.raises(IndexUnusable):
        open_generation(folder)
