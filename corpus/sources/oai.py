"""OAI-PMH 2.0 in Dublin Core: repositories of universities and evaluators."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from corpus.centres import SourceSpec
from corpus.errors import SourceError
from corpus.metadata.page import DOI
from corpus.sources.parsing import address, local_name, parse_date, parse_xml, year_of
from corpus.sources.types import Ask, Listed
from corpus.types import Metadata

MOST_PAGES: Final = 5_000


def list_oai(spec: SourceSpec, ask: Ask) -> Iterator[Listed]:
    """Every record of a repository (or of its set `spec.set`) that `spec.about` stands in."""
    query = {"verb": "ListRecords", "metadataPrefix": "oai_dc"} | (
        {"set": spec.set} if spec.set else {}
    )
    for _ in range(MOST_PAGES):
        url = f"{spec.url}?{urlencode(query)}"
        root = parse_xml(ask(url), url)
        if local_name(root) != "OAI-PMH":
            raise SourceError(f"{url} is no OAI-PMH: its root element is <{local_name(root)}>.")
        for fault in root.iter("{*}error"):
            if fault.get("code") == "noRecordsMatch":
                return
            raise SourceError(f"{url} refuses: {fault.get('code')}: {fault.text}.")
        for record in root.iter("{*}record"):
            if listed := _listed(record, spec):
                yield listed
        token = next((t.text.strip() for t in root.iter("{*}resumptionToken") if t.text), None)
        if not token:
            return
        if token == query.get("resumptionToken"):
            raise SourceError(f"{url} leads to itself: its resumptionToken is the same again.")
        query = {"verb": "ListRecords", "resumptionToken": token}
    raise SourceError(f"{spec.url} gives more than {MOST_PAGES} pages.")


def _listed(record: Any, spec: SourceSpec) -> Listed | None:  # noqa: ANN401 - lxml's element
    """A record; None for a deleted one, one about something else, one without an address."""
    header = record.find("{*}header")
    if header is None or header.get("status") == "deleted":
        return None
    said: dict[str, list[str]] = {}
    for element in record.iter("{http://purl.org/dc/elements/1.1/}*"):
        if words := " ".join((element.text or "").split()):
            said.setdefault(local_name(element), []).append(words)
    if spec.about and spec.about.casefold() not in str(said.values()).casefold():
        return None
    # Both hold citations, ISBNs and DOIs too: what is relative is no address here.
    named = (*said.get("identifier", ()), *said.get("relation", ()))
    found = (address(words, spec.url) for words in named if words.startswith(("http:", "https:")))
    links = [link for link in found if link]
    pages = [link for link in links if not link.endswith(".pdf")] or links
    if not pages:
        return None
    changed = header.findtext("{*}datestamp")
    return Listed(
        pages[0],
        parse_date(changed),
        _metadata(said),
        tuple(li for li in links if li.endswith(".pdf")),
    )


def _metadata(said: dict[str, list[str]]) -> Metadata:
    def first(name: str) -> str | None:
        return next(iter(said.get(name, [])), None)

    named = " ".join(said.get("identifier", []) + said.get("relation", []))
    doi = DOI.search(named)
    return Metadata(
        title=first("title"),
        year=next((y for words in said.get("date", []) if (y := year_of(words))), None),
        authors=tuple(said.get("creator", ())),
        publisher=first("publisher"),
        doi=doi[0] if doi else None,
        licence=first("rights"),
        language=first("language"),
    )
