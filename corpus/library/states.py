"""What became of every file ever added."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from corpus.findings import DesignTag, Fact
from corpus.metadata.claims import Claim, resolve
from corpus.types import DocumentType, Metadata


class Outcome(StrEnum):
    """What reading a report's file came to."""

    WAITING = "waiting"  # not read yet
    READ = "read"
    NEEDS_OCR = "needs_ocr"
    QUARANTINED = "quarantined"


class Departure(StrEnum):
    """Why a report is no longer held."""

    REMOVED = "removed"  # by hand
    REPLACED = "replaced"  # by a newer version
    WITHDRAWN = "withdrawn"  # by its centre


class State(StrEnum):
    """Where a file stands, as `evidence status` tells it."""

    WAITING = "waiting"  # added or read, and not in the live index yet
    INDEXED = "indexed"
    NEEDS_OCR = "needs_ocr"
    QUARANTINED = "quarantined"
    REMOVED = "removed"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a report is recognised by, whatever bytes it came in.

    `sketch` is a bottom-k sketch of its text's shingles; `studies` are registration numbers
    of trials in its first pages.
    """

    sketch: tuple[int, ...] = ()
    studies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A report of the catalogue, with what reading it came to.

    `text_sha256` identifies what it says, white space apart; `ocr_pages` are physical numbers
    of pages without a text layer; `removed` says why it is no longer held, if so, `departure`
    which kind of why; `unkept` that the original was deleted after reading, as its licence asks.
    """

    report_id: str
    sha256: str
    name: str
    size: int
    claims: tuple[Claim, ...] = ()
    outcome: Outcome = Outcome.WAITING
    reason: str | None = None
    document_type: DocumentType | None = None
    page_count: int = 0
    ocr_pages: tuple[int, ...] = ()
    text_sha256: str | None = None
    identity: Identity = Identity()
    designs: tuple[DesignTag, ...] = ()
    facts: tuple[Fact, ...] = ()
    added: str | None = None
    removed: str | None = None
    departure: Departure | None = None
    replaced_by: str | None = None
    unkept: bool = False

    @cached_property
    def metadata(self) -> Metadata:
        """What is known, all claims considered; told once, for many ask."""
        return resolve(self.claims)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file as it was added, once for each content it has had.

    `path` is what was typed; `place` is what makes it the same file again: the real path.
    For files of the web, `centre` published it, `page` led to it, `headers` came with it, and
    `gone` says since when it is not there any more.
    """

    path: str
    place: str
    sha256: str
    report_id: str
    superseded: bool = False
    centre: str | None = None
    page: str | None = None
    fetched: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    gone: str | None = None

    @property
    def live(self) -> bool:
        """Whether this is what the place holds now."""
        return not self.superseded and self.gone is None


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one file, and why."""

    file: str
    report_id: str
    sha256: str
    state: State
    reason: str | None


def account_for(
    files: list[FileEntry],
    reports: dict[str, Entry],
    repeats: Mapping[str, str],
    indexed: Collection[str],
) -> list[Account]:
    """The state of every file, in the order they were added.

    Args:
        files: every file, oldest first.
        reports: the catalogue's reports by id.
        repeats: reports that are the same as another: their id, and that one's.
        indexed: ids of the reports in the live index.
    """
    holder: dict[str, str] = {}
    accounts = []
    for file in files:
        report = reports[file.report_id]
        state: State
        reason: str | None
        if file.superseded:
            state, reason = State.REPLACED, "replaced by a newer version of the file"
        elif report.removed is not None:
            state, reason = State(report.departure or Departure.REMOVED), report.removed
        elif file.gone is not None:
            state, reason = State.WITHDRAWN, file.gone
        elif file.report_id in holder:
            state, reason = State.DUPLICATE, f"same content as {holder[file.report_id]}"
        else:
            holder[file.report_id] = file.path
            state, reason = _of_report(report, repeats, indexed)
        accounts.append(Account(file.path, file.report_id, file.sha256, state, reason))
    return accounts


def _of_report(
    report: Entry, repeats: Mapping[str, str], indexed: Collection[str]
) -> tuple[State, str | None]:
    if report.outcome is Outcome.QUARANTINED:
        return State.QUARANTINED, report.reason
    if report.outcome is Outcome.NEEDS_OCR:
        return State.NEEDS_OCR, report.reason
    if report.report_id in repeats:
        return State.DUPLICATE, f"same as report {repeats[report.report_id]}"
    if report.report_id in indexed:
        return State.INDEXED, report.reason
    return State.WAITING, "waiting for `evidence index`"
