"""The library of a home: what was added, kept so that an index can be made from it alone.

    library/catalogue.sqlite         files, reports, outcomes, addresses, runs
    library/originals/ab/abcd…       each file's bytes, by SHA-256
    library/pages/ab/abcd….json.gz   what reading them gave

A file's bytes are on disk before the catalogue speaks of them, and every change of the
catalogue is one transaction: a kill at any moment loses at most what was not yet added.
"""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from corpus.durable import write_whole
from corpus.errors import LibraryError
from corpus.library.arrivals import Added, Origin, slug
from corpus.library.catalogue import Catalogue
from corpus.library.documents import original_path
from corpus.library.identity import same_reports
from corpus.library.places import Places
from corpus.library.readings import Readings
from corpus.library.states import Account, Entry, FileEntry, account_for
from corpus.library.visits import Visits
from corpus.metadata.claims import Claim, ClaimSource, claims_of, put
from corpus.types import Metadata

LOCK_WAIT_S: Final = 10
REMOVED: Final = "removed by hand"


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
        self._places = Places(self._catalogue)
        self.readings = Readings(folder, self._catalogue)

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
        write_whole(self.original(sha256), data)
        file = FileEntry(
            path,
            place or path,
            sha256,
            report_id or f"{slug(name)}-{sha256[:8]}",
            centre=origin.centre,
            page=origin.page,
            fetched=origin.fetched,
            headers=origin.headers,
        )
        claims = (*claims_of(metadata, ClaimSource.METADATA_FILE), *claims)
        with self._catalogue.transaction():
            return self._places.enter(
                file, name=name, size=len(data), claims=claims, replaces=replaces
            )

    def remove(self, report_id: str, reason: str = REMOVED) -> None:
        """Take a report out; its record and original stay, and adding it again restores it."""
        with self._catalogue.transaction():
            self._places.remove(report_id, reason)

    def restore(self, report_id: str) -> None:
        """Put back what a person took out.

        Raises:
            LibraryError: there is no such report, or no person took it out.
        """
        with self._catalogue.transaction():
            self._places.restore(report_id)

    def withdraw(self, place: str, reason: str) -> list[str]:
        """Note that a place does not give its file any more.

        Returns:
            Ids of reports that are to be had nowhere else: they are withdrawn.
        """
        with self._catalogue.transaction():
            return self._places.withdraw(place, reason)

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
        entry = self._catalogue.report(wanted) or self._catalogue.added_from(places)
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

    def drop_original(self, entry: Entry) -> None:
        """Delete a report's original, where its licence lets no copy be kept; its pages stay."""
        with self._catalogue.transaction():
            self._catalogue.update(replace(entry, unkept=True))
        self.original(entry.sha256).unlink(missing_ok=True)

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
