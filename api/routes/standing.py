"""Status: how much the library holds, how old the index is, what was gathered and what failed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Request, Response

from api.dependencies import AnySearcher
from api.holdings import Gathered
from api.languages import N_, gettext, ngettext
from api.routes.given import TheHoldings, TheOriginals
from api.routes.rendering import render
from api.routes.wording import value_words
from corpus.types import ReportStatus
from search.index.generations import made_at

router = APIRouter(include_in_schema=False)

STATES: Final = {
    "waiting": N_("Waiting to be indexed"),
    "indexed": N_("In the index"),
    "needs_ocr": N_("Scans without text"),
    "quarantined": N_("Could not be read"),
    "removed": N_("Removed"),
    "replaced": N_("Replaced by a newer version"),
    "withdrawn": N_("Withdrawn by their centre"),
    "duplicate": N_("Duplicates"),
}
_KEPT: Final = {
    ReportStatus.REPLACED: N_("Replaced, kept to be read"),
    ReportStatus.WITHDRAWN: N_("Withdrawn, record kept"),
}
_HOUR: Final = timedelta(hours=1)


@router.get("/status")
def status(
    request: Request, searcher: AnySearcher, originals: TheOriginals, holdings: TheHoldings
) -> Response:
    """The page; reasons are counted, and name no place on this machine."""
    reports = searcher.standing_reports()
    holding = holdings.look(searcher.generation, (report.report_id for report in reports))
    names = {centre.id: centre.name for centre in originals.centres()}
    kept = Counter(report.status for report in searcher.all_reports())
    gathered = {**holding.centres} if holding else {}
    synced = dict(holding.synced) if holding else {}
    made = made_at(searcher.generation)
    html = render(
        "status.html",
        counts=searcher.counts,
        kinds=Counter(
            value_words("document_type", report.document_type) for report in reports
        ).most_common(),
        kept=[(gettext(words), kept[each]) for each, words in _KEPT.items() if kept[each]],
        generation=searcher.generation,
        made=made.isoformat(),
        age=age(datetime.now(UTC) - made),
        model=searcher.spec.name,
        holding=holding,
        desk=request.app.state.desk is not None,
        files=[(gettext(STATES[state]), count) for state, count in holding.files.items()]
        if holding
        else [],
        synced=[
            {
                "name": names.get(centre, centre),
                "synced": synced.get(centre),
                "gathered": gathered.get(centre, Gathered()),
            }
            for centre in sorted({*synced, *gathered}, key=lambda each: names.get(each, each))
        ],
    )
    return Response(html, media_type="text/html")


def age(passed: timedelta) -> str:
    """How long ago, in words."""
    if passed < _HOUR:
        return gettext("less than an hour ago")
    if passed.days < 1:
        hours = passed // _HOUR
        return ngettext("%(num)s hour ago", "%(num)s hours ago", hours) % {"num": hours}
    return ngettext("%(num)s day ago", "%(num)s days ago", passed.days) % {"num": passed.days}
