"""What machines look for: sitemap, robots.txt, an OpenSearch description, llms.txt."""

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Response

from api.dependencies import AnySearcher, Site
from api.places import report_path
from corpus.types import Report
from search.errors import UnknownId

router = APIRouter(include_in_schema=False)

MOST: Final = 40_000  # addresses of one sitemap; sitemaps.org allows 50,000
PAGES: Final = ("/", "/centres", "/about", "/status", "/related", "/docs")
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_OPENSEARCH: Final = "http://a9.com/-/spec/opensearch/1.1/"


@router.get("/sitemap.xml")
def sitemap(searcher: AnySearcher, site: Site) -> Response:
    """Every page worth finding, or, where they are too many, the sitemaps that list them."""
    reports = searcher.standing_reports()
    if len(reports) + len(PAGES) <= MOST:
        return _xml(_urls(site, PAGES, reports))
    root = Element("sitemapindex", xmlns=_SITEMAP)
    for number in range(1, -(-len(reports) // MOST) + 1):
        _say(SubElement(root, "sitemap"), "loc", f"{site}/sitemap-{number}.xml")
    return _xml(root)


@router.get("/sitemap-{number}.xml")
def part_of_sitemap(number: int, searcher: AnySearcher, site: Site) -> Response:
    """One of several sitemaps, from 1."""
    reports = searcher.standing_reports()[(number - 1) * MOST : number * MOST]
    if number < 1 or not reports:
        raise UnknownId(
            "There is no sitemap {number}.",
            cure="Begin at /sitemap.xml.",
            values={"number": number},
        )
    return _xml(_urls(site, PAGES if number == 1 else (), reports))


@router.get("/robots.txt")
def robots(site: Site) -> Response:
    """Reports may be indexed; answers, comparisons and pictures are made anew for each visitor."""
    denied = ("/v1/", "/?", "/compare?", "/related?", "/reports/*/pages/", "/reports/*?")
    lines = ["User-agent: *", *(f"Disallow: {each}" for each in denied), ""]
    return _text("\n".join([*lines, f"Sitemap: {site}/sitemap.xml", ""]))


@router.get("/opensearch.xml")
def opensearch(site: Site) -> Response:
    """How a browser's address bar asks this library (OpenSearch 1.1)."""
    root = Element("OpenSearchDescription", xmlns=_OPENSEARCH)
    _say(root, "ShortName", "Evidence")
    _say(root, "LongName", "Evidence search for the What Works centres")
    _say(root, "Description", "Ask what the evidence of the UK What Works centres says.")
    _say(root, "InputEncoding", "UTF-8")
    _say(root, "Image", f"{site}/static/icon.svg").set("type", "image/svg+xml")
    for media_type, path in (
        ("text/html", "/?q={searchTerms}"),
        ("application/atom+xml", "/v1/feeds/search.atom?q={searchTerms}"),
        ("application/json", "/v1/search?q={searchTerms}"),
    ):
        SubElement(root, "Url", type=media_type, template=f"{site}{path}")
    return _xml(root, "application/opensearchdescription+xml")


@router.get("/llms.txt")
def llms(searcher: AnySearcher, site: Site) -> Response:
    """What a language model should know before it quotes this library (llmstxt.org)."""
    counts = searcher.counts
    return _text(_LLMS.format(site=site, reports=counts.reports, passages=counts.passages))


_LLMS: Final = """\
# Evidence search for the What Works centres

> {reports} reports of the UK What Works centres, searched as {passages} verbatim passages, each \
with its page and the centre's own rating of how strong the evidence is.

Quote passages verbatim, with report, centre, year and page. Give ratings in the centre's own \
words; the common scale only sorts and compares. "No evidence found in this library" is not \
evidence of no effect. Reports marked `is_summary` are summaries in this project's words: quote \
the centre's page.

## Ask

- [Search]({site}/v1/search?q=): JSON; `q` is a question in plain English, filters as described
- [API description]({site}/openapi.json): OpenAPI; for people at {site}/docs
- [Related studies]({site}/v1/related?text=): studies near a text, a DOI or a report
- [Export]({site}/v1/export?format=ris&q=): an answer as RIS, BibTeX, CSL-JSON, CSV, Word

## Read

- [Centres]({site}/centres): what is held of each, and how it rates evidence
- [About the evidence]({site}/about): what the words mean, the common scale, what cannot be said
- [All reports]({site}/sitemap.xml): a page each, with citation metadata

## Optional

- [Status]({site}/status): size, age of the index, what failed
"""


def _urls(site: str, pages: Iterable[str], reports: Iterable[Report]) -> Element:
    root = Element("urlset", xmlns=_SITEMAP)
    for path in pages:
        _say(SubElement(root, "url"), "loc", f"{site}{path}")
    for report in reports:
        url = SubElement(root, "url")
        _say(url, "loc", f"{site}{report_path(report.report_id)}")
        if report.added:
            _say(url, "lastmod", report.added[:10])
    return root


def _say(parent: Element, name: str, words: str) -> Element:
    child = SubElement(parent, name)
    child.text = words
    return child


def _xml(root: Element, media_type: str = "application/xml") -> Response:
    return Response(tostring(root, "utf-8", xml_declaration=True), media_type=media_type)


def _text(words: str) -> Response:
    return Response(words, media_type="text/plain; charset=utf-8")
