"""One suite for both: files of a home and a database answer alike."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from corpus.types import ReportStatus
from search.encoder.types import Encoded
from search.searcher import Searcher
from search.types import Filters
from tests.backends import Backend
from tests.builders import content, report
from tests.fakes import HashingEncoder
from tests.integration.test_index import ENCODER, REPORTS, TEXTS


@pytest.fixture(scope="module")
def searcher(backend: Backend) -> Searcher:
    return Searcher(backend(content(REPORTS, TEXTS, ENCODER), ENCODER), ENCODER)


class _WithoutTokens(HashingEncoder):
    """As a model that only sentence-transformers can run."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = replace(self.spec, token_dimension=0)

    def encode_query(self, text: str) -> Encoded:
        return replace(super().encode_query(text), tokens=None)

    def encode_with_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        return [replace(each, tokens=None) for each in super().encode_with_tokens(texts)]


def test_the_passage_that_answers_comes_first(searcher: Searcher) -> None:
    answer = searcher.ask("do patrols in hot spots cut crime?", k=3)
    assert answer.hits[0].passage.text == TEXTS[2][1]
    assert [hit.rank for hit in answer.hits] == [1, 2, 3]
    assert answer.hits[0].lexical.rank == 1


def test_near_duplicates_are_shown_once_and_counted(searcher: Searcher) -> None:
    answer = searcher.ask("smaller classes progress cost", k=10)
    texts = [hit.passage.text for hit in answer.hits]
    assert texts.count(TEXTS[0][1]) == 1
    (same,) = answer.hits[texts.index(TEXTS[0][1])].duplicates
    assert searcher.passage(same).text == TEXTS[0][1]


def test_k_is_filled_however_many_duplicates_crowd_in(backend: Backend) -> None:
    reports = [report(f"r{i}") for i in range(320)]
    same = "Tutoring in maths helps pupils who fall behind to catch up with the others in class."
    texts = [(f"r{i}", same) for i in range(300)]
    texts += [
        (f"r{i}", f"Pupils of school {i} had tutoring in subject {i}.") for i in range(300, 320)
    ]
    searcher = Searcher(backend(content(reports, texts, ENCODER), ENCODER), ENCODER)
    answer = searcher.ask("tutoring maths pupils", k=20)
    assert len(answer.hits) == 20
    assert max(len(hit.duplicates) for hit in answer.hits) == 299


def test_a_bare_topic_is_spread_over_reports_and_sorted(backend: Backend) -> None:
    texts = [("a", f"Class size and pupils, part {part}: smaller classes.") for part in range(4)]
    texts.append(("b", "Class size matters little where teachers do not change how they teach."))
    searcher = Searcher(backend(content(REPORTS, texts, ENCODER), ENCODER), ENCODER)
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


def test_a_selective_filter_returns_everything_it_leaves(backend: Backend) -> None:
    rng = np.random.default_rng(1)
    words = [f"w{number}" for number in range(50)]
    reports = [report(f"r{i}", centre="rare" if i == 7 else "common") for i in range(40)]
    texts = [(f"r{i % 40}", " ".join(rng.choice(words, 20)) + f" unique{i}") for i in range(2_000)]
    searcher = Searcher(backend(content(reports, texts, ENCODER), ENCODER), ENCODER)
    answer = searcher.ask("zzz w1 w2", filters=Filters(centres=("rare",)), k=100)
    assert len(answer.hits) == sum(report_id == "r7" for report_id, _ in texts)
    assert {hit.report.report_id for hit in answer.hits} == {"r7"}


def test_a_filter_that_leaves_nothing_gives_nothing(searcher: Searcher) -> None:
    answer = searcher.ask("classes", filters=Filters(centres=("nobody",)))
    assert answer.hits == ()
    assert all(not counts for counts in answer.facets.values())


def test_an_empty_index_answers_with_nothing(backend: Backend) -> None:
    searcher = Searcher(backend(content([], [], ENCODER), ENCODER), ENCODER)
    assert searcher.ask("anything").hits == ()


def test_what_no_longer_stands_is_kept_beside_what_is_found(backend: Backend) -> None:
    gone = replace(report("c", "Class size, first version"), status=ReportStatus.REPLACED)
    made = backend(content([*REPORTS, gone], TEXTS, ENCODER), ENCODER)
    assert made.manifest.counts.reports == 2
    assert Searcher(made, ENCODER).report("c").status is ReportStatus.REPLACED


def test_an_encoder_without_tokens_builds_and_answers(backend: Backend) -> None:
    encoder = _WithoutTokens()
    texts = [("a", "Mentoring cuts crime."), ("a", "Roads carry lorries."), ("a", "Xyzzy.")]
    made = backend(content([report("a")], texts, encoder), encoder)
    assert made.tokens is None
    answer = Searcher(made, encoder).ask("mentoring crime", k=2)
    assert answer.hits[0].passage.text == "Mentoring cuts crime."
    assert {hit.tokens for hit in answer.hits} == {None}
