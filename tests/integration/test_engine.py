"""A library in a database: changes in place, a generation beside the live one, filters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pytest

from corpus.details import ReportDetails
from corpus.findings import Assessment
from corpus.types import DocumentType, ReportStatus
from indexer.content import Content
from indexer.engine import DRIFT
from search.errors import IndexUnusable, NoIndex, UnknownId
from search.filters import passes
from search.index.postgres.connections import Connections
from search.index.postgres.opened import EngineIndex
from search.index.postgres.writing import Writer
from search.index.store import StoreEntry
from search.index.types import Within
from search.searcher import Searcher
from search.stopwatch import Stopwatch
from search.types import Filters
from tests.backends import Embedded, Engine, write
from tests.builders import content, generation, passage, report
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
REPORTS = [
    report("a", "Mentoring", centre="eef", year=2015),
    report("b", "Hot spots policing", centre="college", year=2020),
    report("c", "Breakfast clubs", centre="eef", year=2018),
]
TEXTS = [
    ("a", "Mentoring young people keeps them out of crime and violence, we found."),
    ("a", "Mentors met them weekly for a year and talked about school and home."),
    ("b", "Patrols in small hot spots of crime reduced offending without moving it elsewhere."),
    ("c", "Breakfast clubs raised the attainment of pupils in primary schools by two months."),
    ("c", "Mentoring young people keeps them out of crime and violence, we found."),
]
QUESTIONS = ("does mentoring cut crime", "hot spots", "breakfast and attainment of pupils")


def _only(*ids: str) -> Content:
    reports = [each for each in REPORTS if each.report_id in ids]
    return content(reports, [each for each in TEXTS if each[0] in ids], ENCODER)


def _told(index: EngineIndex) -> list[dict[str, tuple[object, ...]]]:
    """What is found by each question; lexical weights rest on a mean that changes may leave be."""
    searcher = Searcher(index, ENCODER)
    return [
        {
            hit.passage.passage_id: (
                hit.passage,
                hit.report,
                hit.duplicates,
                hit.dense.score,
                pytest.approx(hit.lexical.score, rel=DRIFT),
                pytest.approx(hit.tokens, abs=1e-5),
            )
            for hit in searcher.ask(question).hits
        }
        for question in QUESTIONS
    ]


def test_what_is_added_and_removed_in_place_is_as_if_written_at_once(engine: Engine) -> None:
    places = engine.generations()
    write(_only("a", "b"), ENCODER, places)
    begun = places.open_current()
    old = Searcher(begun, ENCODER)
    before = {name: begun.store.row_of(name) for name in ("a", "b")}
    write(_only("a", "c"), ENCODER, places)
    now = places.open_current()
    assert now.store.row_of("a") == before["a"]  # not written again
    with pytest.raises(UnknownId):
        begun.store.report("b")  # gone for those who opened it before, too
    assert "b" not in {hit.report.report_id for hit in old.ask("hot spots of crime").hits}
    fresh = engine.generations()
    write(_only("a", "c"), ENCODER, fresh)
    assert _told(now) == _told(fresh.open_current())
    for term in ("crime", "patrol", "breakfast", "school"):
        assert now.lexical.frequency(term) == fresh.open_current().lexical.frequency(term)


def test_the_row_of_a_report_that_went_is_not_used_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.engine.DRIFT", 1.0)  # all is written in place
    places = engine.generations()
    write(_only("a", "b"), ENCODER, places)
    begun = places.open_current().store
    gone = begun.row_of("b")
    assert begun.at([gone])[gone].report_id == "b"  # whoever asked holds it now
    write(_only("a"), ENCODER, places)
    write(_only("a", "c"), ENCODER, places)
    row = places.open_current().store.row_of("c")
    assert row > gone
    assert begun.at([row])[row].report_id == "c"


def test_an_edited_report_is_replaced_whole(engine: Engine) -> None:
    places = engine.generations()
    write(_only("a", "b"), ENCODER, places)
    edited = _only("a", "b")
    edited = replace(edited, reports=[replace(edited.reports[0], title="New"), edited.reports[1]])
    write(edited, ENCODER, places)
    now = places.open_current()
    assert [each.title for each in now.store.reports if each.report_id == "a"] == ["New"]
    assert len(now.store.passages_of("a")) == 2
    assert places.report_ids() == {"a", "b"}


def test_a_write_that_was_broken_off_goes_on_and_doubles_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = engine.generations()
    write(_only("b"), ENCODER, places)
    other = HashingEncoder(name="other")
    monkeypatch.setattr("indexer.content_rows.AT_ONCE", 1)
    whole = Writer.replace
    written: list[object] = []

    def broken(self: Writer, gone: Sequence[int], new: Sequence[object]) -> None:
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(new)
        whole(self, gone, new)  # type: ignore[arg-type]

    made = content(REPORTS, TEXTS, other)
    monkeypatch.setattr(Writer, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        write(made, other, places)
    assert places.manifest().encoder == ENCODER.spec  # the live one answers as before
    assert Searcher(places.open_current(), ENCODER).ask("hot spots").hits
    added: list[int] = []

    def counted(self: Writer, gone: Sequence[int], new: Sequence[object]) -> None:
        added.append(len(list(new)))
        whole(self, gone, new)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "replace", counted)
    write(made, other, places)
    assert sum(added) == 2  # the first of three was there already
    now = places.open_current()
    assert len(now.store.reports) == 3
    assert [len(now.store.passages_of(name)) for name in "abc"] == [2, 1, 2]
    assert now.lexical.frequency("crime") == 3


def test_another_model_is_built_beside_and_swapped_in(engine: Engine) -> None:
    places = engine.generations()
    first = write(_only("a", "b"), ENCODER, places)
    old = Searcher(places.open_current(), ENCODER)
    other = HashingEncoder(name="other")
    made = content(REPORTS, TEXTS, other)
    second = write(made, other, places)
    assert places.ids() == [first, second]
    assert places.current_id() == second
    assert old.ask("mentoring").hits  # whoever was answering from it goes on
    assert Searcher(places.open_current(), other).ask("mentoring").hits
    third = write(made, other, places, anew=True)
    assert places.ids() == [second, third]  # the one replaced twice is gone


def test_nothing_written_is_no_index(engine: Engine) -> None:
    places = engine.generations()
    with pytest.raises(NoIndex, match="no index"):
        places.current_id()
    assert places.ids() == []
    assert places.report_ids() == frozenset()


def test_two_do_not_write_at_once(engine: Engine) -> None:
    places = engine.generations()
    with places.writing(), pytest.raises(IndexUnusable, match="Another process"):
        write(_only("a"), ENCODER, places)


def test_another_format_is_refused_and_built_anew(engine: Engine) -> None:
    places = engine.generations()
    write(_only("a"), ENCODER, places)
    with psycopg.connect(places.address.dsn) as connection:
        connection.execute(
            "UPDATE library.generation SET manifest = "
            """regexp_replace(manifest, '"format_version": [0-9]+', '"format_version": 99')"""
        )
    with pytest.raises(IndexUnusable, match="99"):
        places.open_current()
    write(_only("a"), ENCODER, places)
    assert places.manifest().counts.reports == 1


def test_slips_are_mended_as_in_files(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = content(REPORTS, TEXTS, ENCODER)
    both = [engine(made, ENCODER), Embedded(lambda: tmp_path_factory.mktemp("home"))(made, ENCODER)]
    for question in ("does mentroing help", "breakfst clubs", "behavior of pupls", "Mentring"):
        one, two = (Searcher(index, ENCODER).ask(question).reading for index in both)
        assert one == two
    rows = [index.store.row_of("b") for index in both]
    for name in ("Patrolling", "Kent", "Crimes"):
        found = [bool(i.lexical.mentioning(name, [r])) for i, r in zip(both, rows, strict=True)]
        assert found[0] is found[1]


ODD = "\x00odd\udcff"
FILTERED = [
    Filters(),
    Filters(centres=("EEF",)),
    Filters(centres=("eef", "college"), year_from=2016),
    Filters(year_to=2019),
    Filters(topics=("Crime",)),
    Filters(document_types=(DocumentType.PDF,)),
    Filters(document_types=(DocumentType.HTML,)),
    Filters(strength_from=3),
    Filters(strength_from=3, cost_to=2),
    Filters(languages=("cy",)),
    Filters(nations=("wales",)),
    Filters(reports=("a", "c", ODD)),
    Filters(centres=(ODD,)),
]


def test_conditions_mean_what_filters_mean(engine: Engine) -> None:
    reports = [
        replace(REPORTS[0], assessment=Assessment(strength=4, cost=3)),
        replace(REPORTS[1], assessment=Assessment(strength=3, cost=1), centres=("College", "eef")),
        report("c", "Cwm", year=None, topics=("crime",), language="cy", nations=("Wales",)),
    ]
    index = engine(content(reports, TEXTS, ENCODER), ENCODER)
    assert isinstance(index, EngineIndex)
    for filters in FILTERED:
        for without in (frozenset[str](), frozenset({"a"})):
            wanted = {
                each.report_id
                for each in reports
                if passes(each, filters) and each.report_id not in without
            }
            found = index.propose(
                "crime mentoring school",
                lambda: np.ones(32, np.float32),
                10,
                Within(filters, without),
                Stopwatch(),
            )
            rows = np.unique(index.report_rows(found.ordinals)).tolist()
            assert {each.report_id for each in index.store.at(rows).values()} == wanted


def test_replaced_reports_are_kept_and_not_found(engine: Engine) -> None:
    gone = replace(report("d", "Old"), status=ReportStatus.REPLACED)
    made = content([*REPORTS, gone], TEXTS, ENCODER)
    places = engine.generations()
    write(made, ENCODER, places)
    assert places.report_ids() == {"a", "b", "c"}
    assert places.open_current().store.report("d").status is ReportStatus.REPLACED


def test_the_centre_is_of_all_passages_alike_and_not_all_are_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = [report(f"r{row}") for row in range(400)]
    places = [(row, place) for row in range(400) for place in range(4)]
    entries = [
        StoreEntry(passage(f"p{row}-{place}", f"r{row}", f"word{row} {place}"), row, place, ordinal)
        for ordinal, (row, place) in enumerate(places)
    ]
    vectors = np.eye(32, dtype=np.float32)[[place for _, place in places]]
    made = Content(reports, [ReportDetails()] * len(reports), entries, vectors, [])
    plain = HashingEncoder()
    plain.spec = replace(ENCODER.spec, token_dimension=0)
    index = engine(made, plain)
    assert np.allclose(index.centre(10_000)[:4], 0.25)
    assert np.allclose(index.centre(200)[:4], 0.25, atol=0.1)
    read: list[object] = []
    rows = Connections.rows

    def counted(self: Connections, *asked: Any) -> list[Any]:  # noqa: ANN401
        found = rows(self, *asked)
        read.extend(found)
        return found

    monkeypatch.setattr("search.index.postgres.vectors._REPORTS", 100)
    monkeypatch.setattr(Connections, "rows", counted)
    assert np.allclose(index.centre(200)[:4], 0.25, atol=0.1)
    assert len(read) == 400 + 4 * 100 + 200  # numbers of reports, of passages, vectors


def test_files_and_database_hold_the_same(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = content(REPORTS, TEXTS, ENCODER)
    files = generation(tmp_path_factory.mktemp("home"), made, ENCODER)
    index = engine(made, ENCODER)
    (part,) = files.manifest.parts
    assert index.manifest.content_digest == part.content
    assert index.manifest.counts == files.manifest.counts
    assert list(index.store.reports) == list(files.store.reports)
    assert index.years == files.years
    assert np.allclose(index.centre(100), files.centre(100), atol=1e-3)
