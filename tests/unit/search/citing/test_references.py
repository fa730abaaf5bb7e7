"""References for reference managers, read back by parsers that did not write them."""

import json
import re
from urllib.parse import parse_qs

import pytest
import rispy
from pybtex.database import BibliographyData, parse_string

from search.citing.bibtex import write_bibtex
from search.citing.coins import context_object
from search.citing.collecting import cite
from search.citing.csl import write_csl
from search.citing.reference import reference_of
from search.citing.ris import write_ris
from search.citing.wording import one_line
from tests.builders import report
from tests.nasty import QUOTED, RECORD, REPORTS, SITE, TITLES, takeaway

EEF = "Education Endowment Foundation (EEF)"


def test_ris_holds_every_report_and_quotation() -> None:
    text = write_ris(takeaway()).decode()
    entries = rispy.loads(text)
    assert [entry["title"] for entry in entries] == [one_line(title) for title in TITLES]
    assert {entry["type_of_reference"] for entry in entries} == {"RPRT"}
    notes = entries[0]["notes"]
    assert notes[0].startswith("Rated by the centre: evidence: High; {secure} & sound; cost: =1+1")
    assert [one_line(text) in note for text, note in zip(QUOTED, notes[1:], strict=False)] == [
        True,
        True,
    ]
    assert "Page 12 (printed 10)." in notes[1]
    assert f"{SITE}/v1/passages/p1?text_sha256=" in notes[1]
    assert entries[1]["publisher"] == EEF
    assert entries[1]["doi"] == "10.1234/ab_c(1)"
    assert entries[1]["urls"] == ["https://example.org/a_b?x=1&y=50%25#frag"]
    assert "javascript" not in json.dumps(entries[0]["id"]) + str(entries[0].get("urls"))


def test_every_line_of_ris_is_a_tag() -> None:
    lines = write_ris(takeaway()).decode().split("\r\n")
    assert all(
        re.fullmatch(r"(?:[A-Z][A-Z0-9]  - [^\n\r\u2028\x85\x0b]*)?", line) for line in lines
    )
    assert sum(line.startswith("TY  - ") for line in lines) == len(TITLES)
    assert sum(line.startswith("ER  - ") for line in lines) == len(TITLES)


def _bibtex() -> BibliographyData:
    return parse_string(write_bibtex(takeaway()).decode(), "bibtex")


def _plain(field: str) -> str:
    """What LaTeX would print."""
    for command, char in (
        (r"\textbackslash{}", "\\"),
        (r"\textbraceleft{}", "\x01"),
        (r"\textbraceright{}", "\x02"),
        (r"\textasciitilde{}", "~"),
        (r"\textasciicircum{}", "^"),
    ):
        field = field.replace(command, char)
    field = re.sub(r"\\([&%$#_])", r"\1", field.replace("{", "").replace("}", ""))
    return field.replace("\x01", "{").replace("\x02", "}")


def test_bibtex_holds_every_report_and_quotation() -> None:
    entries = list(_bibtex().entries.values())
    assert [_plain(entry.fields["title"]) for entry in entries] == [one_line(t) for t in TITLES]
    first, second = entries[:2]
    assert one_line(QUOTED[0]) in _plain(first.fields["annote"])
    assert "Page 12 (printed 10)" in first.fields["annote"]
    assert _plain(first.fields["institution"]) == "Ipsos & Mori {UK} Ltd"
    assert second.fields["institution"] == EEF
    assert second.fields["year"] == "2021"
    assert second.fields["month"] == "March"
    assert second.fields["url"] == "https://example.org/a_b?x=1&y=50%25#frag"
    assert "url" not in first.fields
    assert [_plain(str(person)) for person in second.persons["author"]] == [
        "Smith, Jane {J.} & Co",
        "Ipsos and Mori",
        "O'Brien, Seán",
    ]


def test_bibtex_leaves_no_character_to_latex() -> None:
    for entry in _bibtex().entries.values():
        for name in ("title", "note", "annote", "institution"):
            told = re.sub(r"\\([&%$#_]|text[a-z]+\{\})", "", entry.fields[name])
            assert not re.search(r"[&%$#_~^\\]", told)


def test_bibtex_keys_stay_apart() -> None:
    assert list(_bibtex().entries) == ["r-0", "r-1", "r-2", "r-3", "r-4"]
    colliding = [reference_of(report(key)) for key in ("a b", "a/b")]
    made = takeaway()
    sources = tuple(type(made.sources[0])(each) for each in colliding)
    assert list(parse_string(write_bibtex(type(made)(sources)).decode(), "bibtex").entries) == [
        "a-b",
        "a-b-2",
    ]


#: The properties of an item of type report in citationstyles.org's csl-data.json that we use.
CSL = {
    "id": str, "type": str, "title": str, "author": list, "publisher": str, "issued": dict,
    "DOI": str, "ISBN": str, "URL": str, "language": str, "note": str, "custom": dict,
}  # fmt: skip


def test_csl_json_has_the_shape_of_its_schema() -> None:
    items = json.loads(write_csl(takeaway()))
    for item in items:
        assert item.keys() <= CSL.keys()
        assert all(isinstance(value, CSL[name]) for name, value in item.items())
        assert item["type"] == "report"
        assert all(name.keys() in ({"literal"}, {"family", "given"}) for name in item["author"])
        assert item["issued"] == {"date-parts": [[2021, 3, 4]]}
    quotations = [each for item in items for each in item["custom"]["quotations"]]
    assert [each["text"] for each in quotations] == list(QUOTED)
    assert quotations[0]["pages"] == [{"number": 12, "label": "10"}]
    assert items[1]["note"].endswith(
        "Also published by TASO - Transforming Access and Student Outcomes in Higher Education. "
        "Quoted: Page 12 (printed 10)."
    )


def test_a_summary_says_so_in_every_reference() -> None:
    alone = cite(RECORD)
    for written in (write_ris(alone), write_bibtex(alone), write_csl(alone)):
        assert b"A summary in this project's words" in written


@pytest.mark.parametrize(
    ("known", "issued"),
    [
        ({"year": 2020}, (2020,)),
        ({"year": 2020, "published": "2020-05"}, (2020, 5)),
        ({"year": 2020, "published": "2019-05"}, (2020,)),
        ({"published": "2019-05-31T10:00:00"}, (2019, 5, 31)),
        ({"published": "2019-13-31"}, (2019,)),
        ({"published": "May 2019"}, ()),
        ({}, ()),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(
    known: dict[str, object], issued: tuple[int, ...]
) -> None:
    assert reference_of(report("a", "A", **known)).issued == issued


def test_a_context_object_names_the_report() -> None:
    told = parse_qs(context_object(reference_of(REPORTS[1])))
    assert told["rft.genre"] == ["report"]
    assert told["rft.btitle"] == [TITLES[1]]
    assert told["rft_id"] == [
        "info:doi/10.1234/ab_c(1)",
        "https://example.org/a_b?x=1&y=50%25#frag",
    ]
    assert told["rft.au"][1] == "Ipsos and Mori"
    assert "rft_id" in told
    assert "javascript" not in context_object(reference_of(REPORTS[0]))
