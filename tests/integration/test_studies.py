"""Which reports belong to one study, and which of its reports each is."""

import pytest

from corpus.library.identity import role_of, study_name
from tests.shelves import Shelf, words


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
