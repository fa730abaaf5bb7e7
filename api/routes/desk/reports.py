"""The library's reports as a librarian sees them: all ever added, and what is known of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field

from api.languages import N_, gettext
from api.parameters import AnyId
from api.routes.desk.given import NewestSearcher, Seated
from api.routes.desk.wording import CONFIDENCES, FIELDS, SOURCES, field_words
from api.routes.standing import STATES
from corpus.library.library import Library
from corpus.library.states import Account, Departure, Entry, State
from corpus.metadata.claims import Claim, winners
from search.searcher import Searcher

router = APIRouter()

A_PAGE: Final = 50
#: What was just done to a report, by what the address says of it.
DONE: Final[Mapping[str, str]] = {
    "corrected": N_("Corrected. The index learns of it when it is next brought up to date."),
    "taken-back": N_("The correction was taken back."),
    "put-back": N_("Put back. It can be found when the index is next brought up to date."),
    "withdrawn": N_("Withdrawn from the library."),
}
_PASSED: Final = frozenset({State.REPLACED, State.DUPLICATE, State.WITHDRAWN})


class ListParameters(BaseModel):
    """Which reports: words that all stand in the id, title, centre or file; which page of them."""

    q: str = Field("", max_length=200)
    page: int = Field(1, ge=1, le=1_000_000)


class ReportParameters(BaseModel):
    """What was just done."""

    done: str = Field("", max_length=20)


@dataclass(frozen=True, slots=True)
class Row:
    """A report in a list."""

    report_id: str
    title: str
    centre: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """A claim in words; `counts` where it is the one that is shown."""

    value: str
    source: str
    confidence: str
    counts: bool


@router.get("/reports")
def reports(
    seat: Seated, query: Annotated[ListParameters, Query()], searcher: NewestSearcher
) -> Response:
    """All of them, latest first, or those that hold the words."""
    with seat.desk.library() as library:
        entries = library.entries()
        accounts = _accounts(library, searcher)
    words = query.q.casefold().split()
    rows = [
        _row(entry, accounts[entry.report_id])
        for entry in reversed(entries.values())
        if entry.report_id in accounts
    ]
    found = [row for row in rows if _holds(row, accounts[row.report_id].file, words)]
    return seat.page(
        "reports.html",
        rows=found[(query.page - 1) * A_PAGE : query.page * A_PAGE],
        total=len(found),
        q=query.q,
        page=query.page,
        pages=max(1, -(-len(found) // A_PAGE)),
    )


@router.get("/reports/{report_id}")
def report(
    seat: Seated,
    report_id: AnyId,
    query: Annotated[ReportParameters, Query()],
    searcher: NewestSearcher,
) -> Response:
    """What is known of a report, claims side by side, and what can be done about it."""
    with seat.desk.library() as library:
        entry = find(library, report_id)
        account = _accounts(library, searcher)[report_id]
    return seat.page(
        "report.html",
        entry=entry,
        row=_row(entry, account),
        file=account.file,
        fields=fields(entry),
        correctable=FIELDS,
        found=report_id in {each.report_id for each in searcher.standing_reports()},
        removed=entry.departure is Departure.REMOVED,
        done=gettext(DONE[query.done]) if query.done in DONE else "",
    )


def find(library: Library, report_id: str) -> Entry:
    """A report that was ever added; raises HTTPException (404)."""
    entry = library.entries().get(report_id)
    if entry is None:
        raise HTTPException(404)
    return entry


def title_of(entry: Entry) -> str:
    """What a report is called."""
    return entry.metadata.title or entry.name


def fields(entry: Entry) -> list[tuple[str, str, list[Said]]]:
    """Each field that can be corrected, or of which something is claimed: name, words, claims."""
    names = dict.fromkeys([*FIELDS, *(claim.field for claim in entry.claims)])
    return [(name, field_words(name), claims_on(entry, name)) for name in names]


def claims_on(entry: Entry, name: str) -> list[Said]:
    """What is claimed of a field, the claim that counts first."""
    best = winners(entry.claims)
    said = [
        Said(
            words_of(claim),
            gettext(SOURCES[claim.source]),
            gettext(CONFIDENCES[claim.confidence]),
            best[name] is claim,
        )
        for claim in entry.claims
        if claim.field == name
    ]
    return sorted(said, key=lambda each: not each.counts)


def words_of(claim: Claim, joint: str = "; ") -> str:
    """A claim's value as a person writes it."""
    return joint.join(claim.value) if isinstance(claim.value, tuple) else str(claim.value)


def _accounts(library: Library, searcher: Searcher) -> dict[str, Account]:
    """What became of each report: of the file that stands, where it came in several."""
    indexed = frozenset(report.report_id for report in searcher.standing_reports())
    found: dict[str, Account] = {}
    for account in library.accounts(indexed):
        before = found.get(account.report_id)
        if before is None or before.state in _PASSED:
            found[account.report_id] = account
    return found


def _row(entry: Entry, account: Account) -> Row:
    return Row(
        entry.report_id,
        title_of(entry),
        entry.metadata.centre or "",
        gettext(STATES[account.state.value]),
        account.reason or "",
    )


def _holds(row: Row, file: str, words: Iterable[str]) -> bool:
    text = f"{row.report_id} {row.title} {row.centre} {file}".casefold()
    return all(word in text for word in words)
