"""The library of a home: what was added, kept so that an index can be made from it alone.

    library/catalogue.sqlite         files, reports, outcomes
    library/originals/ab/abcd…       each file's bytes, by SHA-256
    library/pages/ab/abcd….json.gz   what reading them gave

A file's bytes are on disk before the catalogue speaks of them, and every change of the
catalogue is one transaction: a kill at any moment loses at most what was not yet added.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from corpus.errors import LibraryError
from corpus.library.catalogue import Catalogue
from corpus.library.documents import load_document, pack_document, text_hash
from corpus.library.states import Account, Entry, FileEntry, Outcome, account_for, text_duplicates
from corpus.types import Document, Metadata, Rating, Report

#: Raised when reading changes what comes out of a file: everything is read again.
READER_VERSION: Final = 2
LOCK_WAIT_S: Final = 10


class Added(StrEnum):
    """What adding a file came to."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"  # same content, other metadata
    REPLACED = "replaced"  # a new version of a file added before
    DUPLICATE = "duplicate"  # the same content under another path
    RESTORED = "restored"  # it had been removed


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
        lock = FileLock(self._folder / "lock", timeout=LOCK_WAIT_S)
        try:
            with lock:
                yield
        except Timeout as error:
            raise LibraryError(
                f"Another `evidence` command is changing {self._folder.parent}.",
                cure="Wait until it has finished, then try again.",
            ) from error

    def add(
        self,
        data: bytes,
        *,
        path: str,
        name: str,
        metadata: Metadata,
        place: str | None = None,
        report_id: str | None = None,
    ) -> tuple[str, Added]:
        """Keep a file and enter it in the catalogue.

        Args:
            data: its bytes.
            path: the path or address as it was given.
            name: its file name, which reading goes by where the bytes leave doubt.
            metadata: what is known of it; adds to what was known before.
            place: what makes it the same file again; `path`, unless given.
            report_id: given for evidence records, made from name and content for files.

        Returns:
            The report's id, and what adding came to.

        Raises:
            LibraryError: another file holds a record of that id.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        self._keep(self.original(sha256), data)
        report_id = report_id or f"{_slug(name)}-{sha256[:8]}"
        with self._catalogue.transaction():
            known = self._catalogue.by_content(sha256)
            file = FileEntry(
                path,
                place or path,
                sha256,
                known.report_id if known else report_id,
                superseded=False,
            )
            if known is None:
                return self._enter_new(file, name, len(data), metadata)
            return self._enter_again(file, known, metadata)

    def _enter_new(
        self, file: FileEntry, name: str, size: int, metadata: Metadata
    ) -> tuple[str, Added]:
        holder = self._catalogue.report(file.report_id)
        if holder and holder.removed is None:
            self._check_same_place(file)
        replaced = self._supersede(file)
        entry = Entry(
            report_id=file.report_id, sha256=file.sha256, name=name, size=size, metadata=metadata
        )
        self._catalogue.put(entry, read_by=None)
        self._catalogue.put_file(file)
        return file.report_id, Added.REPLACED if replaced else Added.NEW

    def _check_same_place(self, file: FileEntry) -> None:
        """Refuse a record whose id another file's record has: neither may pass for the other."""
        others = [
            f.path
            for f in self._catalogue.files()
            if f.report_id == file.report_id and f.place != file.place and not f.superseded
        ]
        if others:
            raise LibraryError(
                f"{file.path} and {others[0]} are different records of one id.",
                cure=f"Give one of them another id, or `evidence remove {file.report_id}` first.",
            )

    def _enter_again(self, file: FileEntry, known: Entry, metadata: Metadata) -> tuple[str, Added]:
        holders = [f for f in self._catalogue.files() if f.report_id == known.report_id]
        self._supersede(file)
        self._catalogue.put_file(file)
        merged = merge(known.metadata, metadata)
        if known.removed is not None or merged != known.metadata:
            self._catalogue.update(replace(known, removed=None, metadata=merged))
        if known.removed is not None:
            return known.report_id, Added.RESTORED
        if file.place not in {holder.place for holder in holders}:
            return known.report_id, Added.DUPLICATE
        updated = merged != known.metadata
        return known.report_id, Added.UPDATED if updated else Added.UNCHANGED

    def _supersede(self, file: FileEntry) -> bool:
        """Mark earlier contents of a place; a report no file holds any longer is removed."""
        files = self._catalogue.files()
        earlier = [
            f
            for f in files
            if f.place == file.place and f.sha256 != file.sha256 and not f.superseded
        ]
        for old in earlier:
            self._catalogue.put_file(replace(old, superseded=True))
            held = any(
                f.report_id == old.report_id and f.place != old.place and not f.superseded
                for f in files
            )
            entry = self._catalogue.report(old.report_id)
            if entry and not held and old.report_id != file.report_id:
                self._catalogue.update(replace(entry, removed=f"replaced by a newer {file.path}"))
        return bool(earlier)

    def remove(self, report_id: str) -> None:
        """Take a report out; its record and original stay, and adding it again restores it."""
        with self._catalogue.transaction():
            entry = self._catalogue.report(report_id)
            if entry is not None:
                self._catalogue.update(replace(entry, removed="removed by hand"))

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
        """Reports still to be read, in order of arrival."""
        return self._catalogue.unread(READER_VERSION)

    def record_reading(self, entry: Entry, document: Document) -> Entry:
        """Keep what reading a report gave, and enter it as read or in need of OCR."""
        ocr = tuple(page.number for page in document.pages if page.needs_ocr)
        empty = not any(page.text.strip() for page in document.pages)
        self._keep(self._pages(entry.sha256), pack_document(document))
        done = replace(
            entry,
            outcome=Outcome.NEEDS_OCR if empty else Outcome.READ,
            reason=_what_reading_found(document, ocr, empty=empty),
            title=document.title,
            year=document.year,
            authors=document.authors,
            document_type=document.document_type,
            page_count=len(document.pages),
            ocr_pages=ocr,
            text_sha256=None if empty else text_hash(document),
        )
        with self._catalogue.transaction():
            self._catalogue.put(done, read_by=READER_VERSION)
        return done

    def record_failure(self, entry: Entry, reason: str) -> None:
        """Enter a report as quarantined, with the reason."""
        with self._catalogue.transaction():
            failed = replace(entry, outcome=Outcome.QUARANTINED, reason=reason)
            self._catalogue.put(failed, read_by=READER_VERSION)

    def forget_readings(self) -> None:
        """Have every report read again."""
        with self._catalogue.transaction():
            for entry in self._catalogue.reports().values():
                self._catalogue.put(entry, read_by=None)

    def readable(self) -> list[Report]:
        """The reports an index is made of: held, read, each text once, in order of arrival."""
        entries = self._catalogue.reports()
        repeats = text_duplicates(list(entries.values()))
        paths: dict[str, str] = {}
        for file in self._catalogue.files():
            if not file.superseded:
                paths.setdefault(file.report_id, file.path)
        return [
            _report(entry, paths.get(entry.report_id, entry.name))
            for entry in entries.values()
            if entry.removed is None
            and entry.outcome is Outcome.READ
            and entry.report_id not in repeats
        ]

    def document(self, sha256: str) -> Document:
        """What reading an original gave."""
        return load_document(self._pages(sha256))

    def accounts(self, indexed: Collection[str]) -> list[Account]:
        """What became of every file; `indexed` are the report ids of the live index."""
        return account_for(self._catalogue.files(), self._catalogue.reports(), indexed)

    def entries(self) -> dict[str, Entry]:
        """Every report ever catalogued, by id."""
        return self._catalogue.reports()

    def original(self, sha256: str) -> Path:
        """Where an original is kept."""
        return self._folder / "originals" / sha256[:2] / sha256

    def _pages(self, sha256: str) -> Path:
        return self._folder / "pages" / sha256[:2] / f"{sha256}.json.gz"

    def _keep(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)


def merge(known: Metadata, new: Metadata) -> Metadata:
    """What was known, with everything the new metadata says put over it."""
    rating = Rating(
        new.rating.evidence or known.rating.evidence,
        new.rating.cost or known.rating.cost,
        new.rating.impact or known.rating.impact,
    )
    said = {f.name: value for f in fields(new) if (value := getattr(new, f.name))}
    return replace(known, **{**said, "rating": rating})


def _what_reading_found(document: Document, ocr: tuple[int, ...], *, empty: bool) -> str | None:
    if empty:
        return "no page has a text layer: it needs OCR"
    notes = list(document.notes)
    if ocr:
        notes.insert(0, f"needs OCR on {len(ocr)} of {len(document.pages)} pages: {_ranges(ocr)}")
    return "; ".join(notes) or None


def _ranges(numbers: tuple[int, ...]) -> str:
    """Page numbers as people write them: 1-3, 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)


def _report(entry: Entry, path: str) -> Report:
    """A report as an index holds it: outside metadata first, then what the file says of itself."""
    known = entry.metadata
    if entry.document_type is None:
        raise LibraryError(f"The report {entry.report_id} has not been read.")
    return Report(
        report_id=entry.report_id,
        title=known.title or entry.title or Path(entry.name).stem,
        file=path,
        sha256=entry.sha256,
        document_type=entry.document_type,
        metadata=replace(
            known, year=known.year or entry.year, authors=known.authors or entry.authors
        ),
        page_count=entry.page_count,
    )


def _slug(name: str) -> str:
    """A file name's stem in lower-case ASCII words, at most 48 characters."""
    plain = unicodedata.normalize("NFKD", Path(name).stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-") or "report"
