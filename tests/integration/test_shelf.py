"""What the library makes of many files: one report of several, versions, studies, upgrades."""

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.details import Version
from corpus.errors import LibraryError
from corpus.identifiers import plain_doi, plain_title
from corpus.library.arrivals import Added, Origin, Reading
from corpus.library.identity import (
    identify,
    resemblance,
    role_of,
    study_name,
)
from corpus.library.library import Library
from corpus.library.schema import VERSION
from corpus.library.shelf import Shelved, current_reports, shelve
from corpus.library.states import Departure, Outcome, State
from corpus.metadata.claims import Claim, ClaimSource, claims_of
from corpus.types import (
    Block,
    BlockKind,
    Document,
    DocumentType,
    Metadata,
    Page,
    Rating,
    ReportStatus,
)


def words(seed: int, count: int = 400) -> str:
    """A text that has no run of words in common with that of another seed."""
    some = random.Random(seed)
    return " ".join(f"{some.choice('abcdefgh')}{some.randrange(10_000)}" for _ in range(count))


def nearly(text: str) -> str:
    """The text with a few words changed, as another edition has them."""
    return " ".join(
        "changed" if place in {50, 150, 250} else word for place, word in enumerate(text.split())
    )


def document(text: str) -> Document:
    page = Page(1, None, text, (Block(0, len(text), BlockKind.PARAGRAPH),))
    return Document(DocumentType.TEXT, (page,))


class Shelf:
    """A library that reads what it is given at once."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def put(
        self,
        place: str,
        text: str,
        *,
        centre: str | None = None,
        page: str | None = None,
        path: str | None = None,
        **known: Any,  # noqa: ANN401
    ) -> str:
        """Add a file whose bytes are its text, as it came from that place; its report's id."""
        report_id, _ = self.library.add(
            f"{text}".encode(),
            path=path or place,
            place=place,
            name=place.rsplit("/", 1)[-1],
            claims=claims_of(Metadata(centre=centre, **known), ClaimSource.LISTING),
            origin=Origin(centre, page, "2026-01-02T03:04:05+00:00", {"etag": '"a"'}),
        )
        for entry in self.library.unread():
            data = self.library.original(entry.sha256).read_bytes().decode()
            self.library.record_reading(entry, Reading(document(data.removesuffix("\n"))))
        return report_id

    def shown(self) -> dict[str, Shelved]:
        return {each.report.report_id: each for each in shelve(self.library)}

    def current(self) -> list[str]:
        return [report.report_id for report in current_reports(self.library)]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Library(tmp_path / "library") as library:
        yield Shelf(library)


# ------------------------------------------------------------------ versions


def test_versions_of_a_place_chain_and_each_keeps_its_permalink(shelf: Shelf) -> None:
    one, two, three = (shelf.put("https://a.example/r.pdf", words(n)) for n in (1, 2, 3))
    shown = shelf.shown()
    assert set(shown) == {one, two, three}
    assert shelf.current() == [three]
    assert shown[one].report.status is ReportStatus.REPLACED
    assert shown[one].report.status_note == "replaced by a newer https://a.example/r.pdf"
    assert (shown[one].report.replaced_by, shown[two].report.replaced_by) == (two, three)
    assert shown[three].report.replaced_by is None
    assert [each.report_id for each in shown[one].details.versions] == [three, two]
    assert [each.report_id for each in shown[two].details.versions] == [three, one]
    assert [each.report_id for each in shown[three].details.versions] == [two, one]
    assert [each.status for each in shown[two].details.versions] == [
        ReportStatus.CURRENT,
        ReportStatus.REPLACED,
    ]
    assert all(isinstance(each, Version) and each.added for each in shown[one].details.versions)
    assert shown[three].report.added == shown[one].details.versions[0].added


def test_the_first_content_back_again_is_the_current_version(shelf: Shelf) -> None:
    one = shelf.put("https://a.example/r.pdf", words(1))
    two = shelf.put("https://a.example/r.pdf", words(2))
    assert shelf.put("https://a.example/r.pdf", words(1)) == one
    shown = shelf.shown()
    assert shelf.current() == [one]
    assert shown[two].report.replaced_by == one
    assert [each.report_id for each in shown[one].details.versions] == [two]
    assert [each.report_id for each in shown[two].details.versions] == [one]


def test_a_version_another_place_still_holds_is_not_replaced(shelf: Shelf) -> None:
    one = shelf.put("https://a.example/r.pdf", words(1), centre="a")
    shelf.put("https://b.example/r.pdf", words(1), centre="b")
    two = shelf.put("https://a.example/r.pdf", words(2), centre="a")
    assert shelf.current() == sorted([one, two])
    kept = shelf.shown()[one]
    assert [each.ended for each in kept.details.provenance] == [
        "replaced by a newer version there",
        None,
    ]
    assert kept.report.file == "https://b.example/r.pdf"


def test_a_persons_corrections_survive_a_new_version(shelf: Shelf) -> None:
    place = "https://a.example/r.pdf"
    one = shelf.put(place, words(1), title="As listed", year=2018)
    shelf.library.correct(one, [Claim("title", "As corrected", ClaimSource.PERSON)], forget=())
    two = shelf.put(place, words(2), title="As listed anew", year=2019)
    report = shelf.shown()[two].report
    assert (report.title, report.metadata.year) == ("As corrected", 2019)
    three = shelf.put(place, words(3), title="And again")
    assert shelf.shown()[three].report.title == "As corrected"
    shelf.library.correct(three, (), forget={"title"})
    assert shelf.shown()[three].report.title == "And again"


# ------------------------------------------------------------------ withdrawn


def test_what_its_centre_took_down_is_kept_and_told(shelf: Shelf) -> None:
    place = "https://a.example/r.pdf"
    report_id = shelf.put(place, words(1))
    assert shelf.library.withdraw(place, "gone since May") == [report_id]
    shown = shelf.shown()[report_id]
    assert (shown.report.status, shown.report.status_note) == (
        ReportStatus.WITHDRAWN,
        "gone since May",
    )
    assert [each.ended for each in shown.details.provenance] == ["gone since May"]
    assert shelf.current() == []
    assert shelf.library.withdraw(place, "again") == []


def test_what_another_place_still_gives_is_not_withdrawn(shelf: Shelf) -> None:
    report_id = shelf.put("https://a.example/r.pdf", words(1), centre="a")
    shelf.put("https://b.example/r.pdf", words(1), centre="b")
    assert shelf.library.withdraw("https://a.example/r.pdf", "gone") == []
    assert shelf.current() == [report_id]
    assert shelf.shown()[report_id].report.centres == ("b",)
    assert shelf.library.withdraw("https://b.example/r.pdf", "gone") == [report_id]


def test_what_comes_back_stands_again(shelf: Shelf) -> None:
    place = "https://a.example/r.pdf"
    report_id = shelf.put(place, words(1))
    shelf.library.withdraw(place, "gone")
    assert shelf.put(place, words(1)) == report_id
    assert shelf.shown()[report_id].report.status is ReportStatus.CURRENT
    assert [each.ended for each in shelf.shown()[report_id].details.provenance] == [None]


def test_what_a_person_removed_is_not_shown(shelf: Shelf) -> None:
    report_id = shelf.put("https://a.example/r.pdf", words(1))
    shelf.library.remove(report_id)
    assert shelf.shown() == {}


def test_what_was_not_read_is_not_shown(shelf: Shelf) -> None:
    shelf.library.add(b"x", path="a.pdf", name="a.pdf")
    (waiting,) = shelf.library.unread()
    assert shelf.shown() == {}
    shelf.library.record_failure(waiting, "no PDF")
    assert shelf.shown() == {}


# ------------------------------------------------------------------ one report of several files


def test_one_report_of_two_centres_is_one_with_two_provenances(shelf: Shelf) -> None:
    first = shelf.put("https://a.example/1.pdf", words(1), centre="a", page="https://a.example/1")
    # Other bytes that say the same.
    shelf.put("https://b.example/2.pdf", words(1) + "\n", centre="b", doi="10.1234/x")
    ((report_id, shown),) = shelf.shown().items()
    assert report_id == first
    assert shown.report.centres == ("a", "b")
    assert shown.report.metadata.doi == "10.1234/x"
    assert [
        (each.address, each.centre, each.page, each.ended) for each in shown.details.provenance
    ] == [
        ("https://a.example/1.pdf", "a", "https://a.example/1", None),
        ("https://b.example/2.pdf", "b", None, None),
    ]
    assert shown.details.provenance[0].fetched == "2026-01-02T03:04:05+00:00"
    assert shown.details.provenance[0].headers == {"etag": '"a"'}


def test_all_that_is_shown_of_a_merged_report_has_its_claim(shelf: Shelf) -> None:
    shelf.put("https://a.example/1.pdf", words(1), title="The first's title")
    other = shelf.put("https://b.example/2.pdf", words(1) + "\n", title="Other", doi="10.1234/x")
    shelf.library.correct(other, [Claim("year", 2019, ClaimSource.PERSON)], forget=())
    (shown,) = shelf.shown().values()
    known = shown.report.metadata
    assert (known.title, known.doi, known.year) == ("The first's title", "10.1234/x", 2019)
    assert {(each.field, each.value) for each in shown.details.claims} == {
        ("title", "The first's title"),
        ("doi", "10.1234/x"),
        ("year", 2019),
    }


def test_the_second_stands_for_itself_once_the_first_is_gone(shelf: Shelf) -> None:
    first = shelf.put("https://a.example/1.pdf", words(1))
    second = shelf.put("https://b.example/2.pdf", words(1) + "\n")
    assert shelf.current() == [first]
    shelf.library.withdraw("https://a.example/1.pdf", "gone")
    assert shelf.current() == [second]
    states = {each.report_id: each.state for each in shelf.library.accounts({second})}
    assert states == {first: State.WITHDRAWN, second: State.INDEXED}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.1234/X", "https://doi.org/10.1234/x"),
        ("doi: 10.1234/x", "http://dx.doi.org/10.1234/x "),
    ],
)
def test_one_doi_is_one_report_however_it_is_written(shelf: Shelf, one: str, other: str) -> None:
    first = shelf.put("https://a.example/1.pdf", words(1), doi=one, title="A", year=2018)
    shelf.put("https://b.example/2.pdf", words(2), doi=other, title="B", year=2019)
    assert shelf.current() == [first]


@pytest.mark.parametrize("empty", ["https://doi.org/", "doi:", " "])
def test_a_doi_without_anything_in_it_joins_nothing(shelf: Shelf, empty: str) -> None:
    ids = [
        shelf.put("https://a.example/1.pdf", words(1), doi=empty),
        shelf.put("https://a.example/2.pdf", words(2), doi=empty),
        shelf.put("https://a.example/3.pdf", words(3)),
    ]
    assert shelf.current() == sorted(ids)


@pytest.mark.parametrize(
    ("title", "text", "year", "same"),
    [
        pytest.param("Mentoring: a review", nearly(words(1)), 2019, True, id="title, year, text"),
        pytest.param("MENTORING - A Review!", nearly(words(1)), 2019, True, id="title plain_title"),
        pytest.param("Mentoring: a review", nearly(words(1)), None, True, id="no year"),
        pytest.param("Mentoring: a review", nearly(words(1)), 2021, False, id="another year"),
        pytest.param("Mentoring: a review", words(2), 2019, False, id="another text"),
        pytest.param("Tutoring: a review", nearly(words(1)), 2019, False, id="another title"),
    ],
)
def test_title_year_and_text_together_make_one_report(
    shelf: Shelf, title: str, text: str, year: int | None, *, same: bool
) -> None:
    shelf.put("https://a.example/1.pdf", words(1), title="Mentoring: a review", year=2019)
    shelf.put("https://b.example/2.pdf", text, title=title, year=year)
    assert len(shelf.current()) == (1 if same else 2)


def test_resemblance_is_the_share_of_text_in_common() -> None:
    one, changed, other = (
        identify(document(text)).sketch for text in (words(1), nearly(words(1)), words(2))
    )
    assert resemblance(one, one) == 1.0
    assert 0.8 < resemblance(one, changed) < 1.0
    assert resemblance(one, other) == 0.0
    assert resemblance((), ()) == 0.0
    half = identify(document(words(1) + " " + words(3))).sketch
    assert 0.35 < resemblance(one, half) < 0.65


def test_a_version_whose_successor_is_one_with_another_report_leads_to_that(shelf: Shelf) -> None:
    other = shelf.put("https://a.example/other.pdf", words(2))
    old = shelf.put("https://a.example/r.pdf", words(1))
    shelf.put("https://a.example/r.pdf", words(2) + "\n")
    shown = shelf.shown()
    assert set(shown) == {old, other}
    assert shown[old].report.replaced_by == other
    assert [each.report_id for each in shown[old].details.versions] == [other]
    assert [each.report_id for each in shown[other].details.versions] == [old]


# ------------------------------------------------------------------ studies


def test_a_review_of_several_trials_is_of_no_trials_family(shelf: Shelf) -> None:
    shelf.put("https://a.example/review.pdf", f"{words(1)} NCT01234567 NCT07654321", title="One")
    shelf.put("https://a.example/1.pdf", f"{words(2)} NCT01234567", title="Two")
    shelf.put("https://a.example/2.pdf", f"{words(3)} NCT07654321", title="Three")
    assert not any(each.details.family for each in shelf.shown().values())


def test_a_trial_of_two_registries_joins_by_either(shelf: Shelf) -> None:
    shelf.put("https://a.example/1.pdf", f"{words(1)} NCT01234567 ISRCTN12345678", title="One")
    shelf.put("https://a.example/2.pdf", f"{words(2)} NCT01234567", title="Two")
    shelf.put("https://a.example/3.pdf", f"{words(3)} ISRCTN12345678", title="Three")
    assert [len(each.details.family) for each in shelf.shown().values()] == [2, 2, 2]


@pytest.mark.parametrize(
    "number", ["ISRCTN12345678", "ISRCTN 12345678", "NCT01234567", "AEARCTR-0001234", "CRD42019123"]
)
def test_a_trials_registration_makes_a_family(shelf: Shelf, number: str) -> None:
    protocol = shelf.put(
        "https://a.example/p.pdf", f"{words(1)} ({number})", title="Study protocol", year=2018
    )
    report = shelf.put(
        "https://b.example/r.pdf", f"{words(2)} {number}.", title="Final report", year=2020
    )
    (relative,) = shelf.shown()[report].details.family
    assert (relative.report_id, relative.role, relative.year) == (protocol, "protocol", 2018)
    assert relative.because == f"same trial registration, {number.replace(' ', '')}"
    (relative,) = shelf.shown()[protocol].details.family
    assert (relative.report_id, relative.role, relative.title) == (report, "final", "Final report")


def test_a_landing_page_makes_a_family(shelf: Shelf) -> None:
    page = "https://a.example/project/neli"
    one = shelf.put("https://a.example/1.pdf", words(1), page=page, title="NELI")
    two = shelf.put("https://a.example/2.pdf", words(2), page=page, title="Costs")
    alone = shelf.put("https://a.example/3.pdf", words(3), page="https://a.example/x", title="X")
    shown = shelf.shown()
    assert [each.report_id for each in shown[one].details.family] == [two]
    assert shown[one].details.family[0].because == f"offered together on {page}"
    assert shown[alone].details.family == ()


def test_one_centres_titles_that_differ_by_kind_alone_make_a_family(shelf: Shelf) -> None:
    final = shelf.put(
        "https://a.example/1.pdf", words(1), centre="a", title="Tutor Trust: evaluation report"
    )
    protocol = shelf.put(
        "https://a.example/2.pdf", words(2), centre="a", title="Tutor Trust: Trial Protocol"
    )
    shelf.put("https://b.example/3.pdf", words(3), centre="b", title="Tutor Trust: protocol")
    shelf.put("https://a.example/4.pdf", words(4), centre="a", title="Final report")
    shelf.put("https://a.example/5.pdf", words(5), centre="a", title="Evaluation report")
    shown = shelf.shown()
    assert [each.report_id for each in shown[final].details.family] == [protocol]
    assert shown[protocol].details.family[0].because == "same study by its title"
    assert sum(bool(each.details.family) for each in shown.values()) == 2


def test_three_joined_by_two_ties_are_one_family(shelf: Shelf) -> None:
    page = "https://a.example/project"
    ids = [
        shelf.put("https://a.example/1.pdf", f"{words(1)} NCT01234567", title="One"),
        shelf.put("https://a.example/2.pdf", f"{words(2)} NCT01234567", page=page, title="Two"),
        shelf.put("https://a.example/3.pdf", words(3), page=page, title="Three"),
    ]
    shown = shelf.shown()
    for each in ids:
        family = {relative.report_id for relative in shown[each].details.family}
        assert family == set(ids) - {each}


def test_a_replaced_version_is_of_no_family(shelf: Shelf) -> None:
    old = shelf.put("https://a.example/1.pdf", f"{words(1)} NCT01234567")
    shelf.put("https://a.example/1.pdf", words(2))
    other = shelf.put("https://a.example/2.pdf", f"{words(3)} NCT01234567")
    shown = shelf.shown()
    assert shown[old].details.family == shown[other].details.family == ()


@pytest.mark.parametrize(
    ("title", "role", "study"),
    [
        ("Switch-on: statistical analysis plan", "protocol", "switch on"),
        ("Switch-on: interim findings", "interim", "switch on"),
        ("Switch-on pilot study", "pilot", "switch on"),
        ("Switch-on: executive summary", "summary", "switch on"),
        ("Switch-on: technical appendix", "technical", "switch on"),
        ("Switch-on: evaluation report", "final", "switch on"),
        ("Switch-on", "report", "switch on"),
    ],
)
def test_the_role_of_a_report_and_its_study_by_its_title(title: str, role: str, study: str) -> None:
    assert (role_of(title), study_name(title)) == (role, study)


def test_titles_and_dois_as_they_are_compared() -> None:
    assert plain_title("  Élan: “Does it WORK?” 2nd ed. ") == "elan does it work 2nd ed"
    assert plain_doi("HTTPS://DOI.org/10.1/ABC") == "10.1/abc"
    assert plain_doi(None) == ""


# ------------------------------------------------------------------ catalogues of version 1

TABLES_1 = """
CREATE TABLE report (
    number INTEGER PRIMARY KEY, report_id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
    read_by INTEGER, body TEXT NOT NULL);
CREATE INDEX report_by_content ON report (sha256);
CREATE TABLE file (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL, place TEXT NOT NULL, sha256 TEXT NOT NULL,
    report_id TEXT NOT NULL REFERENCES report (report_id),
    superseded INTEGER NOT NULL DEFAULT 0, UNIQUE (place, sha256));
PRAGMA user_version = 1;
"""
NO_METADATA: dict[str, Any] = {
    "title": None, "centre": None, "year": None, "authors": [], "url": None, "doi": None,
    "isbn": None, "licence": None, "rating": {"evidence": None, "cost": None, "impact": None},
    "topics": [], "population": None, "setting": None, "study_design": None, "source": None,
}  # fmt: skip


def body_1(report_id: str, **known: Any) -> dict[str, Any]:  # noqa: ANN401
    """A report as version 1 kept it."""
    return {
        "report_id": report_id,
        "sha256": report_id * 8,
        "name": f"{report_id}.pdf",
        "size": 7,
        "metadata": NO_METADATA,
        "outcome": "read",
        "reason": None,
        "title": "By the file itself",
        "year": 2011,
        "authors": ["Somebody"],
        "document_type": "pdf",
        "page_count": 3,
        "ocr_pages": [2],
        "text_sha256": f"text of {report_id}",
        "removed": None,
    } | known


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a library of version 1."""
    metadata = NO_METADATA | {
        "title": "By a person's table",
        "year": 2018,
        "authors": ["A Smith", "B Jones"],
        "rating": {"evidence": "4 padlocks", "cost": None, "impact": "+2 months"},
        "topics": ["reading"],
    }
    bodies = [
        body_1("standing", metadata=metadata),
        body_1("older", removed="replaced by a newer /r/a.pdf"),
        body_1("newer"),
        body_1("taken-out", removed="removed by hand"),
        body_1("broken", outcome="quarantined", reason="no PDF", text_sha256=None),
        body_1("waiting", outcome="waiting", document_type=None, text_sha256=None),
    ]
    files = [
        ("s.pdf", "/r/s.pdf", "standing", 0),
        ("copy.pdf", "/r/copy.pdf", "standing", 0),
        ("a.pdf", "/r/a.pdf", "older", 1),
        ("a.pdf", "/r/a.pdf", "newer", 0),
        ("t.pdf", "/r/t.pdf", "taken-out", 0),
        ("b.pdf", "/r/b.pdf", "broken", 0),
        ("w.pdf", "/r/w.pdf", "waiting", 0),
    ]
    folder = tmp_path / "library"
    folder.mkdir()
    database = sqlite3.connect(folder / "catalogue.sqlite")
    database.executescript(TABLES_1)
    database.executemany(
        "INSERT INTO report (report_id, sha256, read_by, body) VALUES (?, ?, ?, ?)",
        [
            (b["report_id"], b["sha256"], 1 if b["outcome"] != "waiting" else None, json.dumps(b))
            for b in bodies
        ],
    )
    database.executemany(
        "INSERT INTO file (path, place, sha256, report_id, superseded) VALUES (?, ?, ?, ?, ?)",
        [(path, place, name * 8, name, superseded) for path, place, name, superseded in files],
    )
    database.commit()
    database.close()
    return folder


def test_a_catalogue_of_version_1_is_brought_up_to_date_with_nothing_lost(old: Path) -> None:
    with Library(old) as library:
        entries = library.entries()
        assert list(entries) == ["standing", "older", "newer", "taken-out", "broken", "waiting"]
        standing = entries["standing"]
        assert standing.metadata == Metadata(
            title="By a person's table",
            year=2018,
            authors=("A Smith", "B Jones"),
            rating=Rating("4 padlocks", None, "+2 months"),
            topics=("reading",),
        )
        assert {claim.source for claim in standing.claims} == {ClaimSource.METADATA_FILE}
        assert (standing.page_count, standing.ocr_pages, standing.size) == (3, (2,), 7)
        assert standing.text_sha256 == "text of standing"
        assert standing.outcome is Outcome.READ
        assert (entries["broken"].outcome, entries["broken"].reason) == (
            Outcome.QUARANTINED,
            "no PDF",
        )
        assert entries["taken-out"].departure is Departure.REMOVED
        assert entries["older"].departure is Departure.REPLACED
        assert entries["older"].replaced_by == "newer"
        assert [(file.path, file.report_id, file.superseded) for file in library.files()] == [
            ("s.pdf", "standing", False),
            ("copy.pdf", "standing", False),
            ("a.pdf", "older", True),
            ("a.pdf", "newer", False),
            ("t.pdf", "taken-out", False),
            ("b.pdf", "broken", False),
            ("w.pdf", "waiting", False),
        ]


def test_after_the_upgrade_every_report_stands_where_it_stood(old: Path) -> None:
    with Library(old) as library:
        states = [(each.file, each.state) for each in library.accounts({"standing", "newer"})]
        assert states == [
            ("s.pdf", State.INDEXED),
            ("copy.pdf", State.DUPLICATE),
            ("a.pdf", State.REPLACED),
            ("a.pdf", State.INDEXED),
            ("t.pdf", State.REMOVED),
            ("b.pdf", State.QUARANTINED),
            ("w.pdf", State.WAITING),
        ]
        shown = {each.report.report_id: each for each in shelve(library)}
        assert set(shown) == {"standing", "older", "newer"}
        assert [each.report_id for each in shown["older"].details.versions] == ["newer"]
        # What the file said of itself is had again by reading it.
        assert {entry.report_id for entry in library.unread()} == set(library.entries()) - {
            "taken-out"
        }


def test_an_upgrade_happens_once_and_new_files_go_on_from_it(old: Path) -> None:
    with Library(old) as library:
        before = library.entries()
    with Library(old) as library:
        assert library.entries() == before
        report_id, added = library.add(b"new", path="a.pdf", name="a.pdf", place="/r/a.pdf")
        assert added is Added.REPLACED
        assert library.entries()["newer"].replaced_by == report_id
    database = sqlite3.connect(old / "catalogue.sqlite")
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


def test_an_upgrade_that_fails_leaves_the_catalogue_as_it_was(old: Path) -> None:
    path = old / "catalogue.sqlite"
    database = sqlite3.connect(path)
    database.execute("UPDATE report SET body = '{}' WHERE report_id = 'waiting'")
    database.commit()
    before = database.execute("SELECT * FROM report").fetchall()
    with pytest.raises(LibraryError, match="metadata"):
        Library(old)
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    assert database.execute("SELECT * FROM report").fetchall() == before
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == {"report", "file"}
    database.close()


def test_corrections_made_after_an_upgrade_win(old: Path) -> None:
    with Library(old) as library:
        library.correct("standing", [Claim("year", 2020, ClaimSource.PERSON)], forget=())
        standing = library.entries()["standing"]
        assert standing.metadata == replace(standing.metadata, year=2020)
        assert standing.metadata.title == "By a person's table"
