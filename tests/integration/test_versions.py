"""Reports that were replaced, withdrawn or removed: what stands, and what is told of the rest."""

from corpus.details import Version
from corpus.metadata.claims import Claim, ClaimSource
from corpus.types import ReportStatus
from tests.shelves import Shelf, words


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
    (waiting,) = shelf.library.readings.unread()
    assert shelf.shown() == {}
    shelf.library.readings.fail(waiting, "no PDF")
    assert shelf.shown() == {}
