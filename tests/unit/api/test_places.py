"""Parts of passages on pages, and the addresses that lead to them."""

from dataclasses import replace

import pytest

from api.holdings import placeless
from api.places import (
    Part,
    elsewhere,
    marked_on,
    page_path,
    parts_of,
    place_of,
    report_path,
    text_fragment,
    within,
)
from corpus.findings import Quotation
from corpus.types import Box, DocumentType, Span
from search.citing.wording import public_place
from tests.builders import passage, report

TEXT = "First part.\nSecond part.\nThird on the next page."
BOXES = ((4, Box(0, 0, 1, 1)), (4, Box(0, 2, 1, 3)), (5, Box(0, 4, 1, 5)))
BROKEN = replace(
    passage("p", "r", TEXT),
    spans=(Span(4, 100, 111), Span(4, 200, 212), Span(5, 0, 23)),
    page_labels=("2", "3"),
    boxes=BOXES,
)


def test_a_passage_has_a_part_on_each_page() -> None:
    first, second = parts_of(BROKEN)
    assert first == Part(4, 0, 24)
    assert TEXT[first.start : first.end] == "First part.\nSecond part."
    assert TEXT[second.start : second.end] == "Third on the next page."


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, None),
        ((12, 24), (12, 24)),
        ((20, 30), (20, 24)),
        ((25, 30), None),
        ((0, 900), (0, 24)),
    ],
)
def test_a_sentence_within_a_part(
    wanted: tuple[int, int] | None, found: tuple[int, int] | None
) -> None:
    assert within(Part(4, 0, 24), wanted) == found


def test_what_to_mark_on_a_page() -> None:
    marked = marked_on(BROKEN, 5, (25, 30))
    assert marked
    assert marked.text == "Third on the next page."
    assert marked.boxes == (Box(0, 4, 1, 5),)
    assert marked.sentence == (0, 5)
    assert marked_on(BROKEN, 6, None) is None


def test_a_quotation_is_found_in_its_passage() -> None:
    quoted = Quotation(4, 200, 212, "Second part.")
    found = place_of(quoted, (passage("other", "r", "Other."), BROKEN))
    assert found
    assert found[0] is BROKEN
    assert TEXT[slice(*found[1])] == "Second part."
    assert place_of(Quotation(9, 0, 5, "x"), (BROKEN,)) is None


def test_the_link_leads_to_where_the_sentence_begins() -> None:
    made = report("r")
    assert page_path(made, BROKEN, (30, 35)) == "/reports/r/pages/5?passage=p&start=30&end=35"
    assert page_path(made, BROKEN) == "/reports/r/pages/4?passage=p"
    assert page_path(replace(made, document_type=DocumentType.HTML), BROKEN) is None


def test_ids_are_encoded_in_addresses() -> None:
    assert report_path("a b/é?#", q="x&y", passage="") == "/reports/a%20b%2F%C3%A9%3F%23?q=x%26y"


@pytest.mark.parametrize(
    ("file", "url", "page", "leads"),
    [
        ("https://e.org/a.pdf#x", "https://e.org/a", 7, "https://e.org/a.pdf#page=7"),
        ("/srv/a.pdf", "https://e.org/a.PDF", 7, "https://e.org/a.PDF#page=7"),
        ("/srv/a.pdf", "https://e.org/a", 7, "https://e.org/a#:~:text=One%2Dtwo%2C%20three"),
        ("/srv/a.pdf", "https://e.org/a#b", 7, "https://e.org/a#b:~:text=One%2Dtwo%2C%20three"),
        ("/srv/a.pdf", "javascript:alert(1)", 7, None),
        ("/srv/a.pdf", None, 7, None),
    ],
)
def test_where_else_it_is_to_be_seen(
    file: str, url: str | None, page: int, leads: str | None
) -> None:
    made = replace(report("r", url=url), file=file)
    assert elsewhere(made, page, "One-two, three") == leads


def test_long_quotations_are_named_by_their_ends() -> None:
    words = " ".join(f"w{n}" for n in range(20))
    assert text_fragment(words) == (":~:text=w0%20w1%20w2%20w3%20w4,w15%20w16%20w17%20w18%20w19")
    assert text_fragment("  ") == ""


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/srv/secret/trial.pdf", "trial.pdf"),
        ("corpus/data/starter.jsonl#record", "starter.jsonl"),
        ("https://e.org/a.pdf", "https://e.org/a.pdf"),
        ("file:///srv/secret/a.pdf", "a.pdf"),
    ],
)
def test_places_of_this_machine_are_kept_back(address: str, told: str) -> None:
    assert public_place(address) == told


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("GET https://e.org/a?b=1 gave 404.", "GET the address gave 404."),
        ("Cannot open /srv/x y.pdf", "Cannot open the file y.pdf"),
        ("In ~/lib/a.pdf: damaged", "In the file: damaged"),
        ("Scans and/or tables: 3/4 of it", "Scans and/or tables: 3/4 of it"),
    ],
)
def test_reasons_name_no_place(reason: str, told: str) -> None:
    assert placeless(reason) == told
