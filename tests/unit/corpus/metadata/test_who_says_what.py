"""Claims, which of them count, and what pages and registries state."""

import json

from corpus.centres.types import Lookups
from corpus.findings import Direction, Rating, Stated
from corpus.metadata.claims import Claim, ClaimSource, Confidence, claims_of, put, resolve, without
from corpus.metadata.page import page_metadata
from corpus.sources.doi import look_up
from corpus.types import Metadata

LOW = Confidence.LOW


def test_metadata_survives_being_taken_apart() -> None:
    known = Metadata(
        title="T", year=2019, authors=("A", "B"), rating=Rating("Strong", None, "+2"),
        stated=Stated(Direction.NO_EFFECT, 3, basis="b"), topics=("x",),
    )  # fmt: skip
    assert resolve(claims_of(known, ClaimSource.METADATA_FILE)) == known


def test_a_person_wins_and_a_guess_yields() -> None:
    claims = [
        Claim("year", 2011, ClaimSource.FILE, LOW),
        Claim("year", 2012, ClaimSource.TEXT, Confidence.MEDIUM),
        Claim("title", "From the page", ClaimSource.PAGE),
        Claim("title", "A person's", ClaimSource.PERSON),
        Claim("publisher", "Guess", ClaimSource.PAGE, LOW),
        Claim("publisher", "Said", ClaimSource.DOI),
    ]
    known = resolve(claims)
    assert (known.year, known.title, known.publisher) == (2012, "A person's", "Said")


def test_a_source_replaces_only_what_it_said_itself() -> None:
    first = (Claim("year", 2011, ClaimSource.TEXT), Claim("year", 2012, ClaimSource.PAGE))
    merged = put(first, [Claim("year", 2013, ClaimSource.TEXT)])
    assert {(c.value, c.source) for c in merged} == {
        (2013, ClaimSource.TEXT), (2012, ClaimSource.PAGE),
    }  # fmt: skip
    assert without(merged, frozenset({ClaimSource.TEXT})) == first[1:]


def test_what_a_page_states_for_machines() -> None:
    ld = {
        "@graph": [
            {"@type": "Organization", "name": "The centre"},
            {"@type": "Report", "name": "From JSON-LD", "datePublished": "2020-05-06",
             "author": [{"name": "A. Smith"}, "B. Jones"], "publisher": {"name": "The centre"},
             "isbn": "978", "keywords": "reading, maths", "license": "https://licence.example"},
        ]
    }  # fmt: skip
    html = (
        '<html lang="cy-GB"><head><meta property="og:title" content="From OpenGraph">'
        '<meta name="citation_title" content="From Highwire"><meta name="DC.identifier" '
        'content="doi:10.1234/abc.5"><script type="application/ld+json">{broken</script>'
        f'<script type="application/ld+json">{json.dumps(ld)}</script></head><body>x</body></html>'
    )
    known = page_metadata(html.encode())
    assert known == Metadata(
        title="From Highwire", year=2020, published="2020-05-06", authors=("A. Smith", "B. Jones"),
        publisher="The centre", doi="10.1234/abc.5", isbn="978", language="cy",
        licence="https://licence.example", topics=("reading", "maths"),
    )  # fmt: skip
    assert page_metadata(b"") == Metadata()
    assert page_metadata(b"\x00\xff") == Metadata()


def test_a_doi_is_looked_up() -> None:
    crossref = {
        "message": {
            "title": ["Reading &amp; writing"], "subtitle": ["a trial"],
            "issued": {"date-parts": [[2019, 3]]}, "publisher": "EEF",
            "author": [{"given": "Ann", "family": "Smith"}, {"name": "The team"}],
        }
    }  # fmt: skip
    asked = []

    def ask(url: str) -> bytes:
        asked.append(url)
        return json.dumps(crossref).encode()

    lookups = Lookups("https://api.crossref.example/works/{doi}", None)
    known = resolve(look_up("10.1/a b", lookups, ask))
    assert asked == ["https://api.crossref.example/works/10.1/a%20b"]
    assert known.title == "Reading & writing: a trial"
    assert (known.year, known.published, known.publisher) == (2019, "2019-03", "EEF")
    assert known.authors == ("Ann Smith", "The team")
    openalex = {"title": "T", "publication_year": 2018, "topics": [{"display_name": "X"}]}
    found = look_up("10.1/x", Lookups(None, "https://o.example/{doi}"),
                    lambda _: json.dumps(openalex).encode())  # fmt: skip
    assert resolve(found).topics == ("X",)
    assert look_up("10.1/x", Lookups(), ask) == ()
