"""What an index is made of: reports as they are shown, with everything that is told of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.details import Provenance, Relative, ReportDetails, Version
from corpus.library.identity import Member, families, merged, role_of, same_reports
from corpus.library.library import Library
from corpus.library.states import Departure, Entry, FileEntry, Outcome
from corpus.metadata.claims import Claim, put, resolve
from corpus.types import Metadata, Report, ReportStatus

_STATUS = {
    None: ReportStatus.CURRENT,
    Departure.REPLACED: ReportStatus.REPLACED,
    Departure.WITHDRAWN: ReportStatus.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Shelved:
    """A report and what is told of it."""

    report: Report
    details: ReportDetails


def shelve(library: Library) -> list[Shelved]:
    """Every report that stands (read, each once), was replaced, or was withdrawn; by id.

    Reports that are one are shown as the first of them, with the provenance of all.
    """
    entries = library.entries()
    groups = merged(entries, repeats := same_reports(entries.values()))
    files: dict[str, list[FileEntry]] = {}
    for file in library.files():
        files.setdefault(file.report_id, []).append(file)
    shown = {
        report_id: _Shown.of([entries[each] for each in groups[report_id]], files, repeats)
        for report_id, entry in entries.items()
        if report_id not in repeats
        and entry.outcome is Outcome.READ
        and entry.departure is not Departure.REMOVED
    }
    relatives = _relatives([each for each in shown.values() if each.current])
    versions = _versions(shown)
    return [
        Shelved(each.report(), each.details(versions.get(each.id, ()), relatives.get(each.id, ())))
        for _, each in sorted(shown.items())
    ]


def current_reports(library: Library) -> list[Report]:
    """The reports that can be found, by id."""
    reports = (each.report for each in shelve(library))
    return [report for report in reports if report.status is ReportStatus.CURRENT]


@dataclass(frozen=True, slots=True)
class _Shown:
    """The entries that are one report, its own first, with the files of all.

    `centres` are all that publish it; `replaced_by` is the report its successor is shown as.
    """

    entry: Entry
    claims: tuple[Claim, ...]
    metadata: Metadata
    all: tuple[Entry, ...]
    files: tuple[FileEntry, ...]
    centres: tuple[str, ...]
    replaced_by: str | None

    @classmethod
    def of(
        cls,
        all_: Sequence[Entry],
        files: Mapping[str, list[FileEntry]],
        repeats: Mapping[str, str],
    ) -> "_Shown":
        first, *others = all_
        claims = put((), first.claims)
        for other in reversed(others):  # what the first says wins over what the others say
            claims = put(other.claims, claims)
        metadata = resolve(claims) if others else first.metadata
        held = tuple(file for entry in all_ for file in files.get(entry.report_id, ()))
        named = [metadata.centre, *(file.centre for file in held if file.live)]
        named += [entry.metadata.centre for entry in all_]
        centres = tuple(dict.fromkeys(centre for centre in named if centre))
        follower = first.replaced_by
        follower = repeats.get(follower, follower) if follower else None
        return cls(first, claims, metadata, tuple(all_), held, centres, follower)

    @property
    def id(self) -> str:
        return self.entry.report_id

    @property
    def current(self) -> bool:
        return self.entry.removed is None

    @property
    def title(self) -> str:
        return self.metadata.title or Path(self.entry.name).stem

    def report(self) -> Report:
        entry = self.entry
        if entry.document_type is None:
            raise ValueError(f"{entry.report_id} has not been read.")
        live = [file.path for file in self.files if file.live] or [f.path for f in self.files]
        return Report(
            report_id=entry.report_id,
            title=self.title,
            file=live[0] if live else entry.name,
            sha256=entry.sha256,
            document_type=entry.document_type,
            metadata=self.metadata,
            page_count=entry.page_count,
            centres=self.centres,
            designs=entry.designs,
            status=_STATUS[entry.departure],
            status_note=entry.removed,
            replaced_by=self.replaced_by,
            added=min((each.added for each in self.all if each.added), default=None),
        )

    def details(self, versions: tuple[Version, ...], family: tuple[Relative, ...]) -> ReportDetails:
        return ReportDetails(
            claims=self.claims,
            facts=self.entry.facts,
            provenance=tuple(_provenance(file) for file in self.files),
            versions=versions,
            family=family,
        )


def _provenance(file: FileEntry) -> Provenance:
    ended = "replaced by a newer version there" if file.superseded else file.gone
    return Provenance(file.path, file.centre, file.page, file.fetched, file.headers, ended)


def _versions(shown: Mapping[str, _Shown]) -> dict[str, tuple[Version, ...]]:
    """For each report of which there are several versions, the others, newest first."""
    chain: dict[str, str] = {}  # each id to the newest of its versions
    for each in shown.values():
        newest, seen = each, {each.id}
        while (follower := shown.get(newest.replaced_by or "")) and follower.id not in seen:
            newest = follower
            seen.add(follower.id)
        chain[each.id] = newest.id
    lines: dict[str, list[_Shown]] = {}
    for each in shown.values():
        lines.setdefault(chain[each.id], []).append(each)
    found: dict[str, tuple[Version, ...]] = {}
    for line in lines.values():
        # The one that stands is newest, whenever it came; of one second, the later arrival.
        oldest_first = sorted(line, key=lambda o: (o.current, o.entry.added or ""))
        told = [
            Version(o.id, o.entry.added, _STATUS[o.entry.departure]) for o in oldest_first[::-1]
        ]
        if len(line) > 1:
            found |= {o.id: tuple(v for v in told if v.report_id != o.id) for o in line}
    return found


def _relatives(shown: Sequence[_Shown]) -> dict[str, tuple[Relative, ...]]:
    """For each report of a study that has several, the others."""
    by_id = {each.id: each for each in shown}
    members = [
        Member(
            each.id,
            each.title,
            each.centres,
            each.entry.identity.studies,
            tuple(dict.fromkeys(file.page for file in each.files if file.page and file.live)),
        )
        for each in shown
    ]
    found: dict[str, tuple[Relative, ...]] = {}
    for group, because in families(members):
        relatives = [
            Relative(
                m.report_id, m.title, role_of(m.title), by_id[m.report_id].metadata.year, because
            )
            for m in group
        ]
        for member in group:
            found[member.report_id] = tuple(
                each for each in relatives if each.report_id != member.report_id
            )
    return found
