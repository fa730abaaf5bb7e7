"""The centres, and the page of each: what is here of it, how fresh, how it rates, on what terms."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from api.dependencies import AnySearcher
from api.holdings import Holding, Holdings
from api.parameters import AnyId
from api.routes.given import TheHoldings, TheOriginals
from api.routes.rendering import render
from api.routes.wording import value_words
from corpus.assessment.schemes import load_schemes
from corpus.centres import Centre
from corpus.findings import Rating
from corpus.types import Report
from search.errors import UnknownId
from search.searcher import Searcher

router = APIRouter(include_in_schema=False)

NEWEST: Final = 5  # reports shown that came last


@dataclass(frozen=True, slots=True)
class Row:
    """A centre in the list; `synced` is when it was last gathered, ISO 8601."""

    centre: Centre
    reports: int
    share: str
    synced: str | None


@router.get("/centres")
def centres(searcher: AnySearcher, originals: TheOriginals, holdings: TheHoldings) -> Response:
    """Every centre of the registry, those with most reports first; then other publishers."""
    counts = dict(searcher.reports_by_centre())
    unknown = counts.pop("", 0)
    synced = _look(holdings, searcher).synced
    rows = [
        Row(centre, held, share(held, searcher), synced.get(centre.id))
        for centre in originals.centres()
        for held in (counts.pop(centre.id, 0),)
    ]
    html = render(
        "centres.html",
        rows=sorted(rows, key=lambda row: (-row.reports, row.centre.name)),
        others=sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].casefold())),
        unknown=unknown,
    )
    return Response(html, media_type="text/html")


@router.get("/centres/{centre_id}")
def centre(
    centre_id: AnyId, searcher: AnySearcher, originals: TheOriginals, holdings: TheHoldings
) -> Response:
    """One centre."""
    found = next((each for each in originals.centres() if each.id == centre_id), None)
    if found is None:
        raise UnknownId(
            "There is no centre {centre_id!r} in the registry.",
            cure="All are listed at /centres.",
            values={"centre_id": centre_id},
        )
    reports = [each for each in searcher.standing_reports() if centre_id in _centres_of(each)]
    holding = _look(holdings, searcher)
    kinds = Counter(value_words("document_type", each.document_type) for each in reports)
    html = render(
        "centre.html",
        centre=found,
        reports=reports,
        share=share(len(reports), searcher),
        kinds=kinds.most_common(),
        rated=sum(each.metadata.rating != Rating() for each in reports),
        years=sorted(each.metadata.year for each in reports if each.metadata.year),
        synced=holding.synced.get(centre_id),
        gathered=holding.centres.get(centre_id),
        schemes=[each for each in load_schemes() if centre_id in each.centres],
        newest=sorted(reports, key=lambda each: each.added or "", reverse=True)[:NEWEST],
    )
    return Response(html, media_type="text/html")


def share(reports: int, searcher: Searcher) -> str:
    """What part of the library they are, in words."""
    whole = len(searcher.standing_reports())
    if not reports or not whole:
        return "0%"
    part = 100 * reports / whole
    return f"{part:.0f}%" if part >= 1 else "<1%"


def _centres_of(report: Report) -> tuple[str | None, ...]:
    return report.centres or (report.metadata.centre,)


def _look(holdings: Holdings, searcher: Searcher) -> Holding:
    indexed = (report.report_id for report in searcher.standing_reports())
    return holdings.look(searcher.generation, indexed) or Holding()
