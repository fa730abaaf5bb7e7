"""An answer whose reports try to break out of every format."""

from dataclasses import replace
from datetime import date

from corpus.findings import Rating
from corpus.types import DocumentType, Passage, Report
from search.citing.collecting import collect
from search.citing.types import Takeaway
from search.statement_types import EvidenceLevel, EvidenceStatement, StatementPart
from search.types import Answer, Filters, ScoredPassage, Standing
from search.understanding import as_typed
from tests.builders import passage, report

SITE = "https://evidence.example"
ASKED = date(2026, 11, 23)
TITLES = (
    '=HYPERLINK("https://evil.example","Free")',
    "Café & crèche {unbalanced: 50% of £5_000 #1 \\input{x} ~ ^ “quoted” — Ŵrecsam 漢字",
    (
        "Two\r\nlines\u2028TY  - JOUR\r\nER  - \n\n# heading "
        "<script>alert(1)</script> [x](javascript:x)"
    ),
    "+1 *bold* `code` | cell \x00\x0b\ud800 end}",
    "@article{x, title={}}",
)
QUOTED = (
    "-2 months of progress; see \"Table 1\", 'A' & B.\nIt cost £5 per pupil & was <b>cheap</b>.",
    "Second quotation of the first report = fine.",
    "{Braces} \\and $maths$ 100% #hash a_b a^b ~tilde.",
    "ER  - \nTY  - BOOK\n> quoted\n1. one\n---",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\tTab first.",
)
RATING = Rating("High; {secure} & sound", "=1+1", "+2 months")


def _report(place: int, title: str) -> Report:
    made = report(
        f"r/{place} {{é}}",
        title,
        centre="eef" if place else None,
        publisher="Ipsos & Mori {UK}\nLtd",
        authors=("Smith, Jane {J.} & Co", "Ipsos and Mori", "O'Brien, Seán"),
        year=2021,
        published="2021-03-04",
        doi="https://doi.org/10.1234/ab_c(1)",
        isbn="978-1-23456-789-7",
        url=f"https://example.org/a_b?x={place}&y=50%25#frag" if place else "javascript:alert(1)",
        language="en",
        rating=RATING,
    )
    return replace(made, centres=("eef", "taso")) if place else made


def _passage(place: int, of: Report, text: str) -> Passage:
    return replace(passage(f"p{place}", of.report_id, text, page=12), page_labels=("10",))


REPORTS = tuple(_report(place, title) for place, title in enumerate(TITLES))
RECORD = replace(
    REPORTS[1], report_id="rec", title="A record", document_type=DocumentType.RECORD, centres=()
)


def answer() -> Answer:
    owners = (REPORTS[0], REPORTS[0], *REPORTS[1:])
    hits = tuple(
        ScoredPassage(
            passage=_passage(place, owner, text),
            report=owner,
            rank=place,
            score=1.0 / place,
            highlights=(),
            dense=Standing(None, None),
            lexical=Standing(None, None),
            confidence=0.9,
        )
        for place, (owner, text) in enumerate(zip(owners, QUOTED, strict=True), start=1)
    )
    said = (StatementPart("Some evidence & <more>.", ("p1",)),)
    return Answer(
        query="Does *mentoring* <work> & pay?\n=1+1",
        reading=as_typed("Does *mentoring* <work> & pay?\n=1+1"),
        filters=Filters(centres=("eef",), year_from=2010),
        hits=hits,
        facets={},
        statement=EvidenceStatement(EvidenceLevel.SOME, parts=said),
        generation="g-1",
        model="m",
    )


def takeaway() -> Takeaway:
    return collect(answer(), site=SITE, asked=ASKED)
