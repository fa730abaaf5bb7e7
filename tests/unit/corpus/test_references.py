"""Lists of references as researchers have them."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import EvidenceError, MetadataError, ReadingLimit
from corpus.references import LONGEST, Reference, read_references

RIS = """TY  - JOUR
TI  - Mentoring and crime
AB  - Mentors meet young people
      every week.
DO  - https://doi.org/10.1/X
PY  - 2011/03/05
ER  -

TY  - RPRT
T1  - A report
N2  - Its summary
XX  - what nobody knows
ER  -
"""


def test_ris_with_either_set_of_tags() -> None:
    first, second = read_references(RIS.encode(), "a.ris")
    assert first.title == "Mentoring and crime"
    assert first.abstract == "Mentors meet young people every week."
    assert (first.doi, first.year) == ("https://doi.org/10.1/X", 2011)
    assert second == Reference(2, "A report", "Its summary")
    assert second.text == "A report\n\nIts summary"


@pytest.mark.parametrize(
    ("table", "encoding"),
    [
        ("title,abstract,doi\nCafé clubs,Food first,10.2/y\n", "utf-8-sig"),
        ("Key;Title;Abstract Note;DOI\nA1;Café clubs;Food first;10.2/y\n", "cp1252"),
        ("PT\tTI\tAB\tDI\r\nJ\tCafé clubs\tFood first\t10.2/y\r\n", "utf-8"),
    ],
)
def test_tables_of_reference_managers(table: str, encoding: str) -> None:
    (found,) = read_references(table.encode(encoding), "a.csv")
    assert found == Reference(1, "Café clubs", "Food first", "10.2/y")


def test_a_row_without_content_is_kept_and_an_empty_line_is_not() -> None:
    found = read_references(b"title,doi,note\n,,only a note\n\n,,\nB,,\n", "a.csv")
    assert [(each.number, each.title) for each in found] == [(1, None), (2, "B")]
    assert found[0].text == ""


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", b"\x00\x01", b"TI  - A\nER  - \n", b"title\n", b"year\n2001\n"]
)
def test_what_is_no_list_says_what_to_send(data: bytes) -> None:
    with pytest.raises(MetadataError) as told:
        read_references(data, "a.csv")
    assert "RIS" in (told.value.cure or "")


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\n",  # nothing ends either
        "TY  - JOUR\nTI  - A\nER  -\n\nTY  - JOUR\nTI  - B",  # the file ends the last
        "  TY  - JOUR\n  TI  - A\n  ER  - \n\tTY  - JOUR\n\tTI  - B\n\tER  - \n",  # indented
        "Provider: X\n\nTY  - JOUR\nTI  - A\nER  - \n2.\nTY  - JOUR\nTI  - B\nER  - \n",
    ],
)
def test_no_entry_of_a_careless_ris_is_lost(text: str) -> None:
    assert [each.title for each in read_references(text.encode(), "a.ris")] == ["A", "B"]


@pytest.mark.parametrize(
    "table",
    [
        'title,abstract\nA,"In RIS:\nTY  - JOUR\nTI  - x"\n',  # RIS within a cell
        "sep=;\ntitle;doi\nA;10.1/x\n",  # Excel's own line
        "title,title\n,A\n",  # one name twice
        "title,Title\nA,\n",
    ],
)
def test_odd_tables(table: str) -> None:
    assert [each.title for each in read_references(table.encode(), "a.csv")] == ["A"]


def test_a_pound_sign_of_an_old_spreadsheet() -> None:
    (found,) = read_references("title;doi\nA £5 meal, naïve?;\n".encode("cp1252"), "a.csv")
    assert found.title == "A £5 meal, naïve?"


@pytest.mark.parametrize("text", ["title\n" + "A\n" * 11, "TY  - JOUR\nTI  - A\n" * 11])
def test_a_list_over_the_limit(text: str) -> None:
    assert len(read_references(text.encode(), "a", most=11)) == 11
    with pytest.raises(ReadingLimit, match="more than 10 references"):
        read_references(text.encode(), "a", most=10)


@pytest.mark.parametrize(
    "text", ["\n" * 200_000, " " * 200_000 + "x", "title" + "x" * 11_000_000, "\n \n" * 100_000]
)
def test_rubbish_takes_no_time(text: str) -> None:
    start = time.process_time()
    with pytest.raises(MetadataError):
        read_references(text.encode(), "a.ris")
    assert time.process_time() - start < 3


def test_an_endless_abstract_is_cut() -> None:
    (found,) = read_references(b"title,abstract\nA," + b"word " * 50_000 + b"\n", "a.csv")
    assert len(found.text) == LONGEST


@given(st.binary(max_size=300), st.booleans())
def test_rubbish_is_read_or_refused_in_words(data: bytes, ris: bool) -> None:  # noqa: FBT001
    with contextlib.suppress(EvidenceError):
        read_references((b"TY  - JOUR\n" if ris else b"title,doi\n") + data, "x")
