"""A report that goes, or comes, between two looks into the database of one question."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import load_settings
from corpus.references import Reference
from search.errors import IndexChanged, UnknownId
from search.index.postgres.generations import EngineGenerations
from search.index.postgres.opened import EngineIndex
from search.index.postgres.store import EngineStore
from search.index.postgres.vectors import EngineVectors
from search.related.batch import relate_references
from search.searcher import Searcher
from search.types import Filters
from search.walking import every_passage
from tests.backends import Engine, write
from tests.builders import content, report
from tests.doors import Source
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [report(name, f"Mentoring {name}", centre="eef", year=2015) for name in "acb"]
TEXTS = [
    ("a", "Mentoring young people keeps them out of crime and violence, we found."),
    ("a", "Mentors met them weekly for a year and talked about school and home."),
    ("c", "Mentors of young people talked about crime, school and home every week."),
    ("b", "Mentoring young offenders keeps them out of crime and out of prison."),
]
ALL = content(REPORTS, TEXTS, ENCODER)
WITHOUT_B = content(REPORTS[:2], TEXTS[:3], ENCODER)


@pytest.fixture
def places(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> EngineGenerations:
    monkeypatch.setattr("indexer.engine.DRIFT", 10.0)  # all is written in place
    made = engine.generations()
    write(ALL, ENCODER, made)
    return made


@pytest.fixture
def searcher(places: EngineGenerations) -> Searcher:
    return Searcher(places.open_current(), ENCODER)


def _before(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, change: Callable[[], object]
) -> list[int]:
    """Have something change before the first call of a method; an entry for each call."""
    method = getattr(owner, name)
    calls: list[int] = []

    def changing(self: object, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        calls.append(1)
        if len(calls) == 1:
            change()
        return method(self, *given, **named)

    monkeypatch.setattr(owner, name, changing)
    return calls


@pytest.fixture
def b_goes(places: EngineGenerations, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Has report b go before the first call of a method."""

    def before(owner: type, name: str) -> list[int]:
        return _before(monkeypatch, owner, name, lambda: write(WITHOUT_B, ENCODER, places))

    return before


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (EngineIndex, "vectors"),  # of the first candidate
        (EngineStore, "fetch"),  # what is told of the nearest
        (EngineIndex, "ranked_of"),  # b's passages were found, and none is left of them
    ],
)
def test_related_studies_are_looked_for_once_more(
    searcher: Searcher, b_goes: Callable[..., list[int]], owner: type, name: str
) -> None:
    probe = searcher.related.of_text(TEXTS[3][1] + " It lasted.")
    assert b_goes(owner, name) == []
    found = searcher.related.near(probe)
    assert {each.report.report_id for each in found.reports} == {"a", "c"}


def test_the_id_of_a_passage_that_went_is_not_made_up(
    searcher: Searcher, b_goes: Callable[..., list[int]]
) -> None:
    index = searcher._index  # noqa: SLF001
    ordinals = index.ranked_of(index.store.row_of("b")).tolist()
    b_goes(EngineStore, "passage_ids")
    with pytest.raises(IndexChanged):
        index.store.passage_ids(ordinals)


def test_a_question_is_asked_once_more(
    searcher: Searcher, b_goes: Callable[..., list[int]]
) -> None:
    assert b_goes(EngineStore, "fetch") == []
    answer = searcher.ask("smaller classes progress cost")
    assert answer.hits
    assert "b" not in {hit.report.report_id for hit in answer.hits}
    assert not any(hit.duplicates for hit in answer.hits)


def test_the_centre_is_looked_for_once_more(
    searcher: Searcher, b_goes: Callable[..., list[int]]
) -> None:
    b_goes(EngineVectors, "at")
    found = searcher.related.near(searcher.related.of_text(TEXTS[3][1] + " It lasted."))
    assert {each.report.report_id for each in found.reports} == {"a", "c"}


def test_a_probe_that_goes_half_way_is_gone(
    searcher: Searcher, b_goes: Callable[..., list[int]]
) -> None:
    b_goes(EngineStore, "fetch")
    with pytest.raises(UnknownId):
        searcher.related.of_report("b")


def test_a_second_change_is_told_of(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def changed(*_: object) -> None:
        asked.append(1)
        raise IndexChanged("A report went while it was being asked about.")

    monkeypatch.setattr(EngineIndex, "vectors", changed)
    with pytest.raises(IndexChanged):
        searcher.related.near(searcher.related.of_text(TEXTS[0][1]))
    assert len(asked) == 2


def test_passages_of_a_report_that_goes_are_those_of_none(
    searcher: Searcher, b_goes: Callable[..., list[int]]
) -> None:
    b_goes(EngineStore, "at")
    with pytest.raises(UnknownId):
        searcher.report_passages("b")


def test_what_goes_while_a_library_is_walked_through_is_passed_over(
    searcher: Searcher, places: EngineGenerations
) -> None:
    walking = every_passage(searcher, Filters())
    first, _ = next(walking)
    write(WITHOUT_B, ENCODER, places)
    assert [first.report_id, *(each.report_id for each, _ in walking)] == ["a", "a", "c"]


def test_a_list_of_references_outlives_what_comes_and_goes(
    searcher: Searcher, places: EngineGenerations
) -> None:
    known = searcher.standing_reports()
    new = report("d", "Breakfast clubs")
    text = "Breakfast clubs raised the attainment of pupils in primary schools by two months."
    write(content([*REPORTS[:2], new], [*TEXTS[:3], ("d", text)], ENCODER), ENCODER, places)
    named = [
        replace(each, metadata=replace(each.metadata, doi=f"10.1/{each.report_id}"))
        for each in known
    ]
    references = [
        Reference(1, abstract=text),
        Reference(2, title="Another", doi="10.1/b"),
        Reference(3, abstract="Mentors talked with young people about crime, school and home."),
    ]
    rows = list(relate_references(references, searcher.related, named))
    assert [[each.report_id for each in row.held] for row in rows] == [["d"], ["b"], []]
    assert rows[1].problem


@pytest.mark.parametrize("address", ["/?q=mentoring", "/v1/evidence-map?q=mentoring"])
def test_a_report_that_goes_after_its_answer_is_left_out_of_the_map(
    searcher: Searcher, b_goes: Callable[..., list[int]], tmp_path: Path, address: str
) -> None:
    app = create_app(load_settings(home=tmp_path), Source(searcher))
    with TestClient(app) as client:
        assert client.get(address).status_code == 200
        assert b_goes(Searcher, "reports_of") == []
        assert client.get(address).status_code == 200
