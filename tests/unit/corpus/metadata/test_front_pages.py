"""Title and year by what is printed, on pages made here."""

import pytest

from corpus.metadata.claims import resolve
from corpus.metadata.front import claims_of_text
from corpus.metadata.kinds import claims_of_kind
from corpus.metadata.titles import claims_of_title
from corpus.types import Block, BlockKind, Box, Document, DocumentType, Line, Metadata, Page


def _page(*lines: tuple[str, float]) -> Page:
    """A page of lines, each with the height of its print, one below the other."""
    text, found, top = "", [], 800.0
    for words, size in lines:
        found.append(Line(len(text), len(text) + len(words), Box(50, top - size, 300, top)))
        text += words + "\n"
        top -= size * 1.2
    return Page(1, None, text, (Block(0, len(text) - 1, BlockKind.PARAGRAPH),), tuple(found))


def _known(page: Page, title: str | None = None) -> Metadata:
    document = Document(DocumentType.PDF, (page,), title=title, languages=("en",))
    return resolve([*claims_of_title(document), *claims_of_text(document)])


BODY = [("Some words of the text that goes on and on.", 10.0)] * 12


def test_the_largest_print_with_its_subtitle() -> None:
    page = _page(
        ("A publisher's name", 9), ("Reading and", 30), ("writing early", 29),
        ("An evaluation in forty schools", 18), ("March 2019", 12), *BODY,
    )  # fmt: skip
    known = _known(page)
    assert known.title == "Reading and writing early: An evaluation in forty schools"
    assert known.year == 2019


def test_the_files_own_title_counts_where_it_is_printed() -> None:
    page = _page(("Reading early", 30), *BODY)
    assert _known(page, "Reading early").title == "Reading early"
    assert _known(page, "Template for reports").title == "Reading early"


def test_a_cover_is_read_as_the_eye_does() -> None:
    page = _page(
        ("Anytown County Council", 30), ("Pathways Into Work For", 29.5), ("Adults", 23.5),
        ("Mary Major a,*, John Minor b", 24), *BODY,
    )  # fmt: skip
    assert _known(page).title == "Pathways Into Work For Adults"


def test_a_title_that_goes_on_takes_no_colon() -> None:
    page = _page(("Leaving school early and", 30), ("coming back", 20), *BODY)
    assert _known(page).title == "Leaving school early and coming back"


def test_a_site_name_and_a_date_are_no_part_of_it() -> None:
    page = _page(("Reading early, March 2019", 30), *BODY)
    assert _known(page, "Reading early | The Centre").title == "Reading early"


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("First published 3 May 2017 by the centre", 2017),
        ("Suggested citation: Smith, A. (2021). Reading.", 2021),
        ("\u00a9 The Centre 2016", 2016),
        ("The strategy for 2012 to 2030 was agreed by nineteen members of the board", None),
    ],
)
def test_years_that_are_stated(line: str, year: int | None) -> None:
    assert _known(_page(("Reading early", 30), *BODY, (line, 10.0))).year == year


def test_kinds_by_their_titles() -> None:
    document = Document(DocumentType.PDF, (_page(*BODY),))
    found = resolve(claims_of_kind(document, "Reading in Wales: evaluation report"))
    assert (found.publication_type, found.nations) == ("evaluation_report", ("Wales",))
    assert resolve(claims_of_kind(document, "A strategy")) == Metadata()
