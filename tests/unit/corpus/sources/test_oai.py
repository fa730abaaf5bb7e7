from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from corpus.centres.types import SourceKind
from corpus.errors import SourceError
from corpus.types import Metadata
from tests.listing import Web, listed, urls

URL = "https://repository.example/cgi/oai2"
FIRST = f"{URL}?verb=ListRecords&metadataPrefix=oai_dc"
DC = (
    'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def record(number: int, *more: tuple[str, str], status: str = "") -> str:
    """As EPrints writes one: files and a citation are identifiers, the page is a relation."""
    said = [
        ("title", f"Evaluation {number} of the\n Education Endowment Foundation"),
        ("creator", "Smith, A"),
        ("creator", "Jones, B"),
        ("date", "2019-05-01"),
        ("identifier", f"https://repository.example/{number}/1/r.pdf"),
        ("identifier", f"SMITH, A (2019). Evaluation {number}. Project report."),
        ("relation", f"https://repository.example/{number}/"),
        *more,
    ]
    fields = "".join(f"<dc:{name}>{words}</dc:{name}>" for name, words in said)
    body = "" if status else f"<metadata><oai_dc:dc {DC}>{fields}</oai_dc:dc></metadata>"
    mark = f' status="{status}"' if status else ""
    return (
        f"<record><header{mark}><identifier>oai:x:{number}</identifier>"
        f"<datestamp>2024-01-0{number}T00:00:00Z</datestamp></header>{body}</record>"
    )


def answer(*parts: str) -> bytes:
    return (
        '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<ListRecords>{''.join(parts)}</ListRecords></OAI-PMH>"
    ).encode()


def test_a_record_with_its_page_files_and_what_it_says() -> None:
    more = (
        ("relation", "10.7190/shu.2019/7"),
        ("publisher", "Sheffield"),
        ("rights", "cc_by"),
        ("language", "en"),
    )
    (found,) = listed(SourceKind.OAI, URL, Web({FIRST: answer(record(1, *more))}))
    assert found.url == "https://repository.example/1/"
    assert found.files == ("https://repository.example/1/1/r.pdf",)
    assert found.modified == datetime(2024, 1, 1, tzinfo=UTC)
    assert found.metadata == Metadata(
        title="Evaluation 1 of the Education Endowment Foundation",
        year=2019,
        authors=("Smith, A", "Jones, B"),
        publisher="Sheffield",
        doi="10.7190/shu.2019/7",
        licence="cc_by",
        language="en",
    )


def test_deleted_records_and_those_about_something_else_are_left_out() -> None:
    other = record(3).replace("Education Endowment Foundation", "metallurgy of steel")
    web = Web({FIRST: answer(record(1), record(2, status="deleted"), other)})
    found = listed(SourceKind.OAI, URL, web, about="education endowment FOUNDATION")
    assert urls(found) == ["https://repository.example/1/"]


def test_resumption_asks_with_the_token_alone_until_there_is_none() -> None:
    second = f"{URL}?verb=ListRecords&resumptionToken=a%2Fb+c%26d"
    web = Web(
        {
            f"{FIRST}&set=reports": answer(
                record(1), "<resumptionToken cursor='0'> a/b c&amp;d </resumptionToken>"
            ),
            second: answer(record(2), "<resumptionToken/>"),
        }
    )
    assert len(listed(SourceKind.OAI, URL, web, set="reports")) == 2
    assert parse_qs(urlsplit(web.asked[1]).query) == {
        "verb": ["ListRecords"],
        "resumptionToken": ["a/b c&d"],
    }


def test_a_token_that_leads_to_itself_is_told() -> None:
    again = answer(record(1), "<resumptionToken>t</resumptionToken>")
    web = Web({FIRST: again, f"{URL}?verb=ListRecords&resumptionToken=t": again})
    with pytest.raises(SourceError, match="leads to itself"):
        listed(SourceKind.OAI, URL, web)


def test_nothing_there_is_no_fault_and_other_errors_are() -> None:
    def error(code: str) -> Web:
        said = f'<error code="{code}">Told in words.</error>'
        page = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{said}</OAI-PMH>'
        return Web({FIRST: page.encode()})

    assert listed(SourceKind.OAI, URL, error("noRecordsMatch")) == []
    for code in ("badResumptionToken", "badArgument", "cannotDisseminateFormat"):
        with pytest.raises(SourceError, match=rf"refuses: {code}: Told in words\."):
            listed(SourceKind.OAI, URL, error(code))


@pytest.mark.parametrize(
    ("page", "told"), [(b"<html/>", "is no OAI-PMH"), (b"", "is no XML"), (b"{}", "is no XML")]
)
def test_what_is_no_repository_is_told(page: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        listed(SourceKind.OAI, URL, Web({FIRST: page}))


def test_a_record_without_address_is_left_out() -> None:
    bare = record(1).replace("https://repository.example/", "ISBN ")
    headless = "<record><metadata/></record>"
    assert listed(SourceKind.OAI, URL, Web({FIRST: answer(bare, headless)})) == []
