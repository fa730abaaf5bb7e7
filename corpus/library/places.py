"""Which content each place holds, and what its comings and goings make of the reports."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from corpus.errors import LibraryError
from corpus.library.arrivals import Added
from corpus.library.catalogue import Catalogue
from corpus.library.states import Departure, Entry, FileEntry
from corpus.metadata.claims import Claim, ClaimSource, put

#: Sources that speak of a place: what they say holds for its new content, unless said anew.
_OF_PLACE: Final = frozenset({ClaimSource.PAGE, ClaimSource.LISTING})


class Places:
    """Enters files and takes them away again; its owner opens the transaction."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def enter(
        self,
        file: FileEntry,
        *,
        name: str,
        size: int,
        claims: tuple[Claim, ...],
        replaces: str | None,
    ) -> tuple[str, Added]:
        """Enter a file, as what its place holds now.

        Args:
            file: its report id counts only where no report has that content yet.
            name: its file name.
            size: in bytes.
            claims: what is said of it, each in place of what the same source said before.
            replaces: another place, whose file it is a new version of.

        Returns:
            The report's id, and what entering came to.

        Raises:
            LibraryError: another file holds a record of that id.
        """
        known = self._catalogue.by_content(file.sha256)
        if known is None:
            return self._enter_new(file, name, size, claims, replaces)
        return self._enter_again(replace(file, report_id=known.report_id), known, claims, replaces)

    def _enter_new(
        self,
        file: FileEntry,
        name: str,
        size: int,
        claims: tuple[Claim, ...],
        replaces: str | None,
    ) -> tuple[str, Added]:
        holder = self._catalogue.report(file.report_id)
        if holder and holder.removed is None:
            self._check_same_place(file)
        replaced = self._supersede(file, replaces)
        kept = {ClaimSource.PERSON}
        if not _OF_PLACE & {claim.source for claim in claims}:
            kept |= _OF_PLACE
        known = [claim for old in replaced for claim in old.claims if claim.source in kept]
        entry = Entry(
            report_id=file.report_id,
            sha256=file.sha256,
            name=name,
            size=size,
            claims=put(known, claims),
            added=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._catalogue.put(entry, read_by=None)
        self._catalogue.put_file(file)
        return file.report_id, Added.REPLACED if replaced else Added.NEW

    def _check_same_place(self, file: FileEntry) -> None:
        """Refuse a record whose id another file's record has: neither may pass for the other."""
        others = [
            f.path
            for f in self._catalogue.files(report_id=file.report_id)
            if f.place != file.place and f.live
        ]
        if others:
            raise LibraryError(
                f"{file.path} and {others[0]} are different records of one id.",
                cure=f"Give one of them another id, or `evidence remove {file.report_id}` first.",
            )

    def _enter_again(
        self, file: FileEntry, known: Entry, claims: tuple[Claim, ...], replaces: str | None
    ) -> tuple[str, Added]:
        holders = {f.place for f in self._catalogue.files(report_id=known.report_id)}
        self._supersede(file, replaces)
        self._catalogue.put_file(file)
        merged = put(known.claims, claims)
        if known.unkept:  # its bytes are here once more: read them as the reader is now
            known = replace(known, unkept=False)
            self._catalogue.put(known, read_by=None)
        # What a person took out, no sync brings back.
        back = known.removed is not None and not (
            known.departure is Departure.REMOVED and file.centre
        )
        if back:
            known = replace(known, removed=None, departure=None, replaced_by=None)
        if back or merged != known.claims:
            self._catalogue.update(replace(known, claims=merged))
        if back:
            return known.report_id, Added.RESTORED
        if file.place not in holders:
            return known.report_id, Added.DUPLICATE
        updated = merged != known.claims
        return known.report_id, Added.UPDATED if updated else Added.UNCHANGED

    def _supersede(self, file: FileEntry, replaces: str | None) -> list[Entry]:
        """Mark earlier contents of its places; a report no file holds any longer is replaced.

        Returns:
            What the place held before.
        """
        found = []
        before = self._catalogue.files(place=file.place)
        if replaces is not None and replaces != file.place:
            before += self._catalogue.files(place=replaces)
        for old in before:
            same = (old.place, old.sha256) == (file.place, file.sha256)
            if same or old.superseded:
                continue
            self._catalogue.put_file(replace(old, superseded=True))
            entry = self._catalogue.report(old.report_id)
            if entry is None:
                continue
            found.append(entry)
            if old.report_id != file.report_id and not self._held(old):
                self._depart(
                    entry,
                    Departure.REPLACED,
                    f"replaced by a newer {file.path}",
                    replaced_by=file.report_id,
                )
        return found

    def remove(self, report_id: str, reason: str) -> None:
        """Take a report out by hand, wherever it is held; adding it again restores it."""
        entry = self._catalogue.report(report_id)
        if entry is not None:
            self._depart(replace(entry, removed=None), Departure.REMOVED, reason)

    def restore(self, report_id: str) -> None:
        """Put back what a person took out.

        Raises:
            LibraryError: there is no such report, or no person took it out.
        """
        entry = self._catalogue.report(report_id)
        if entry is None or entry.departure is not Departure.REMOVED:
            raise LibraryError(
                f"{report_id} was not taken out of the library by a person.",
                cure="See `evidence status --json` for what became of it.",
            )
        self._catalogue.update(replace(entry, removed=None, departure=None, replaced_by=None))

    def withdraw(self, place: str, reason: str) -> list[str]:
        """Note that a place does not give its file any more.

        Returns:
            Ids of reports that are to be had nowhere else: they are withdrawn.
        """
        withdrawn = []
        for file in self._catalogue.files(place=place):
            if not file.live:
                continue
            self._catalogue.put_file(replace(file, gone=reason))
            entry = self._catalogue.report(file.report_id)
            if entry is not None and entry.removed is None and not self._held(file):
                self._depart(entry, Departure.WITHDRAWN, reason)
                withdrawn.append(file.report_id)
        return withdrawn

    def _held(self, file: FileEntry) -> bool:
        """Whether another place holds the file's report."""
        return any(
            f.place != file.place and f.live
            for f in self._catalogue.files(report_id=file.report_id)
        )

    def _depart(
        self, entry: Entry, departure: Departure, reason: str, *, replaced_by: str | None = None
    ) -> None:
        returned = departure is Departure.REPLACED and entry.departure is Departure.WITHDRAWN
        if entry.removed is None or returned:
            self._catalogue.update(
                replace(entry, removed=reason, departure=departure, replaced_by=replaced_by)
            )
