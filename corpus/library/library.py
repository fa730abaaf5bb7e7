"""The library of a home: what was added, kept so that an index can be made from it alone.

    library/catalogue.sqlite         files, reports, outcomes, addresses, runs
    library/originals/ab/abcd…       each file's bytes, by SHA-256
    library/pages/ab/abcd….json.gz   what reading them gave

A file's bytes are on disk before the catalogue speaks of them, and every change of the
catalogue is one transaction: a kill at any moment loses at most what was not yet added.
"""

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from corpus.errors import LibraryError
from corpus.library.arrivals import Added, Origin, Reading, slug, what_reading_found
from corpus.library.catalogue import Catalogue
from corpus.library.documents import (
    load_document,
    original_path,
    pack_document,
    pages_path,
    text_hash,
)
from corpus.library.identity import identify, same_reports
from corpus.library.states import Account, Departure, Entry, FileEntry, Outcome, account_for
from corpus.library.visits import Visits
from corpus.metadata.claims import Claim, ClaimSource, claims_of, put, without
from corpus.metadata.ratings import claims_of_rating
from corpus.types import Document, Metadata

#: Raised when reading changes what comes out of a file: everything is read again.
READER_VERSION: Final = 3
LOCK_WAIT_S: Final = 10
REMOVED: Final = "removed by hand"
#: Sources whose claims come from reading the file, and are made anew each time.
_OF_READING: Final = frozenset(
    {ClaimSource.EMBEDDED, ClaimSource.TEXT, ClaimSource.FILE, ClaimSource.NAME}
)
#: Sources that speak of a place: what they say holds for its new content, unless said anew.
_OF_PLACE: Final = frozenset({ClaimSource.PAGE, ClaimSource.LISTING})


class Library:
    """The library of a home folder. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"The library folder {folder} cannot be made: {error.strerror}.",
                cure="Name another home with --home or EVIDENCE_HOME.",
            ) from error
        self._catalogue = Catalogue(folder / "catalogue.sqlite")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the catalogue."""
        self._catalogue.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep every other process from changing this home meanwhile.

        Raises:
            LibraryError: another process holds it.
        """
        with self._locked("lock", f"Another `evidence` command is changing {self._folder.parent}."):
            yield

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Keep every other process from gathering into this home meanwhile.

        Raises:
            LibraryError: another process does.
        """
        with self._locked("gathering", f"Another sync fills {self._folder.parent} already."):
            yield

    @contextmanager
    def _locked(self, name: str, told: str) -> Iterator[None]:
        try:
            with FileLock(self._folder / name, timeout=LOCK_WAIT_S):
                yield
        except Timeout as error:
            raise LibraryError(told, cure="Wait until it has finished, then try again.") from error

    @property
    def visits(self) -> Visits:
        """Addresses and runs; write to them inside `recording`."""
        return self._catalogue.visits

    @contextmanager
    def recording(self) -> Iterator[None]:
        """One transaction over everything written inside."""
        with self._catalogue.transaction():
            yield

    def add(
        self,
        data: bytes,
        *,
        path: str,
        name: str,
        metadata: Metadata = Metadata(),
        claims: tuple[Claim, ...] = (),
        place: str | None = None,
        replaces: str | None = None,
        report_id: str | None = None,
        origin: Origin = Origin(),
    ) -> tuple[str, Added]:
        """Keep a file and enter it in the catalogue.

        Args:
            data: its bytes.
            path: the path or address as it was given.
            name: its file name, which reading goes by where the bytes leave doubt.
            metadata: what a metadata file or record says; adds to what was known before.
            claims: what others say, each in place of what the same source said before.
            place: what makes it the same file again; `path`, unless given.
            replaces: another place, whose file it is a new version of.
            report_id: given for evidence records, made from name and content for files.
            origin: for files of the web, where it came from.

        Returns:
            The report's id, and what adding came to.

        Raises:
            LibraryError: another file holds a record of that id.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        self._keep(self.original(sha256), data)
        report_id = report_id or f"{slug(name)}-{sha256[:8]}"
        claims = (*claims_of(metadata, ClaimSource.METADATA_FILE), *claims)
        with self._catalogue.transaction():
            known = self._catalogue.by_content(sha256)
            file = FileEntry(
                path,
                place or path,
                sha256,
                known.report_id if known else report_id,
                centre=origin.centre,
                page=origin.page,
                fetched=origin.fetched,
                headers=origin.headers,
            )
            if known is None:
                return self._enter_new(file, name, len(data), claims, replaces)
            return self._enter_again(file, known, claims, replaces)

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
            added=_now(),
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

    def remove(self, report_id: str, reason: str = REMOVED) -> None:
        """Take a report out; its record and original stay, and adding it again restores it."""
        with self._catalogue.transaction():
            entry = self._catalogue.report(report_id)
            if entry is not None:
                self._depart(replace(entry, removed=None), Departure.REMOVED, reason)

    def restore(self, report_id: str) -> None:
        """Put back what a person took out.

        Raises:
            LibraryError: there is no such report, or no person took it out.
        """
        with self._catalogue.transaction():
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
        with self._catalogue.transaction():
            for file in self._catalogue.files(place=place):
                if not file.live:
                    continue
                self._catalogue.put_file(replace(file, gone=reason))
                entry = self._catalogue.report(file.report_id)
                if entry is not None and entry.removed is None and not self._held(file):
                    self._depart(entry, Departure.WITHDRAWN, reason)
                    withdrawn.append(file.report_id)
        return withdrawn

    def correct(self, report_id: str, claims: Iterable[Claim], *, forget: Collection[str]) -> Entry:
        """Enter a person's corrections, which win over everything; `forget` takes some back."""
        with self._catalogue.transaction():
            entry = self.find(report_id)
            kept = [
                claim
                for claim in entry.claims
                if claim.source is not ClaimSource.PERSON or claim.field not in forget
            ]
            corrected = replace(entry, claims=put(kept, claims))
            self._catalogue.update(corrected)
        return corrected

    def claim(self, report_id: str, claims: Iterable[Claim]) -> None:
        """Add what others say of a report."""
        entry = self._catalogue.report(report_id)
        if entry is not None:
            self._catalogue.update(replace(entry, claims=put(entry.claims, claims)))

    def find(self, wanted: str) -> Entry:
        """The report with that id, or that was added from that path.

        Raises:
            LibraryError: there is none, or it was removed before.
        """
        places = {wanted, os.path.realpath(wanted)}
        by_path = [
            f.report_id
            for f in self._catalogue.files()
            if (f.path in places or f.place in places) and not f.superseded
        ]
        entry = self._catalogue.report(wanted) or self._catalogue.report(
            by_path[0] if by_path else ""
        )
        if entry is None:
            raise LibraryError(
                f"The library has no report {wanted!r}.",
                cure="Give its id or the path it was added from: see `evidence status --json`.",
            )
        if entry.removed is not None:
            raise LibraryError(
                f"The report {entry.report_id} is not in the library any more: {entry.removed}.",
                cure="`evidence add` it again to restore it.",
            )
        return entry

    def unread(self) -> list[Entry]:
        """Reports still to be read whose file is here, in order of arrival."""
        return [
            entry
            for entry in self._catalogue.unread(READER_VERSION)
            if entry.departure not in {Departure.REMOVED, Departure.WITHDRAWN} and not entry.unkept
        ]

    def record_reading(self, entry: Entry, reading: Reading) -> Entry:
        """Keep what reading a report gave, and enter it as read or in need of OCR."""
        document = reading.document
        ocr = tuple(page.number for page in document.pages if page.needs_ocr)
        empty = not any(page.text.strip() for page in document.pages)
        self._keep(self._pages(entry.sha256), pack_document(document))
        with self._catalogue.transaction():
            # A person may have corrected it, or a sync added to it, while it was read.
            entry = self._catalogue.report(entry.report_id) or entry
            done = replace(
                entry,
                outcome=Outcome.NEEDS_OCR if empty else Outcome.READ,
                reason=what_reading_found(document, ocr, empty=empty),
                claims=put(
                    without(entry.claims, _OF_READING),
                    (*reading.claims, *claims_of_rating(document, entry.metadata.centre)),
                ),
                document_type=document.document_type,
                page_count=len(document.pages),
                ocr_pages=ocr,
                text_sha256=None if empty else text_hash(document),
                identity=identify(document),
                designs=reading.designs,
                facts=reading.facts,
            )
            self._catalogue.put(done, read_by=READER_VERSION)
        return done

    def record_failure(self, entry: Entry, reason: str) -> None:
        """Enter a report as quarantined, with the reason."""
        with self._catalogue.transaction():
            failed = replace(entry, outcome=Outcome.QUARANTINED, reason=reason)
            self._catalogue.put(failed, read_by=READER_VERSION)

    def drop_original(self, entry: Entry) -> None:
        """Delete a report's original, where its licence lets no copy be kept; its pages stay."""
        with self._catalogue.transaction():
            self._catalogue.update(replace(entry, unkept=True))
        self.original(entry.sha256).unlink(missing_ok=True)

    def forget_readings(self) -> None:
        """Have every report read again."""
        with self._catalogue.transaction():
            for entry in self._catalogue.reports().values():
                if not entry.unkept:
                    self._catalogue.put(entry, read_by=None)

    def document(self, sha256: str) -> Document:
        """What reading an original gave."""
        return load_document(self._pages(sha256))

    def accounts(self, indexed: Collection[str]) -> list[Account]:
        """What became of every file; `indexed` are the report ids of the live index."""
        reports = self._catalogue.reports()
        repeats = same_reports(reports.values())
        return account_for(self._catalogue.files(), reports, repeats, indexed)

    def entries(self) -> dict[str, Entry]:
        """Every report ever catalogued, by id."""
        return self._catalogue.reports()

    def files(self) -> list[FileEntry]:
        """Every file ever added, oldest first."""
        return self._catalogue.files()

    def original(self, sha256: str) -> Path:
        """Where an original is kept."""
        return original_path(self._folder, sha256)

    def _pages(self, sha256: str) -> Path:
        return pages_path(self._folder, sha256)

    def _keep(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
