"""What became of every file ever added."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from corpus.types import DocumentType, Metadata


class Outcome(StrEnum):
    """What reading a report's file came to."""

    WAITING = "waiting"  # not read yet
    READ = "read"
    NEEDS_OCR = "needs_ocr"
    QUARANTINED = "quarantined"


class State(StrEnum):
    """Where a file stands, as `evidence status` tells it."""

    WAITING = "waiting"  # added or read, and not in the live index yet
    INDEXED = "indexed"
    NEEDS_OCR = "needs_ocr"
    QUARANTINED = "quarantined"
    REMOVED = "removed"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Entry:
    """A report of the catalogue, with what reading it came to.

    `text_sha256` identifies what it says, whatever bytes it came in; `ocr_pages` are physical
    numbers of pages without a text layer; `removed` says why it is no longer held, if so.
    """

    report_id: str
    sha256: str
    name: str
    size: int
    metadata: Metadata
    outcome: Outcome = Outcome.WAITING
    reason: str | None = None
    title: str | None = None
    year: int | None = None
    authors: tuple[str, ...] = ()
    document_type: DocumentType | None = None
    page_count: int = 0
    ocr_pages: tuple[int, ...] = ()
    text_sha256: str | None = None
    removed: str | None = None


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file as it was added, once for each content it has had.

    `path` is what was typed; `place` is what makes it the same file again: the real path.
    """

    path: str
    place: str
    sha256: str
    report_id: str
    superseded: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one file, and why."""

    file: str
    report_id: str
    sha256: str
    state: State
    reason: str | None


def account_for(
    files: list[FileEntry], reports: dict[str, Entry], indexed: Collection[str]
) -> list[Account]:
    """The state of every file, in the order they were added.

    Args:
        files: every file, oldest first.
        reports: the catalogue's reports by id.
        indexed: ids of the reports in the live index.
    """
    same_text = text_duplicates(list(reports.values()))
    holder: dict[str, str] = {}
    accounts = []
    for file in files:
        report = reports[file.report_id]
        state: State
        reason: str | None
        if file.superseded:
            state, reason = State.REMOVED, "replaced by a newer version of the file"
        elif report.removed is not None:
            state, reason = State.REMOVED, report.removed
        elif file.report_id in holder:
            state, reason = State.DUPLICATE, f"same content as {holder[file.report_id]}"
        else:
            holder[file.report_id] = file.path
            state, reason = _of_report(report, same_text, indexed)
        accounts.append(Account(file.path, file.report_id, file.sha256, state, reason))
    return accounts


def _of_report(
    report: Entry, same_text: dict[str, str], indexed: Collection[str]
) -> tuple[State, str | None]:
    if report.outcome is Outcome.QUARANTINED:
        return State.QUARANTINED, report.reason
    if report.outcome is Outcome.NEEDS_OCR:
        return State.NEEDS_OCR, report.reason
    if report.report_id in same_text:
        return State.DUPLICATE, f"same text as report {same_text[report.report_id]}"
    if report.report_id in indexed:
        return State.INDEXED, report.reason
    return State.WAITING, "waiting for `evidence index`"


def text_duplicates(reports: list[Entry]) -> dict[str, str]:
    """Reports that say the same as an earlier one: their id, and that one's."""
    first: dict[str, str] = {}
    repeats: dict[str, str] = {}
    for report in reports:
        if report.removed is None and report.outcome is Outcome.READ and report.text_sha256:
            earlier = first.setdefault(report.text_sha256, report.report_id)
            if earlier != report.report_id:
                repeats[report.report_id] = earlier
    return repeats
