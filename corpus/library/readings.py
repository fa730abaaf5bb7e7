"""What reading gave: the pages of each report, and which are still to be read."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from corpus.durable import write_whole
from corpus.library.arrivals import Reading, as_read
from corpus.library.catalogue import Catalogue
from corpus.library.documents import load_document, pack_document, pages_path
from corpus.library.states import Departure, Entry, Outcome
from corpus.types import Document

#: Raised when reading changes what comes out of a file: everything is read again.
READER_VERSION: Final = 3


class Readings:
    """The readings of a library, kept in its folder and its catalogue."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder = folder
        self._catalogue = catalogue

    def unread(self) -> list[Entry]:
        """Reports still to be read whose file is here, in order of arrival."""
        return [
            entry
            for entry in self._catalogue.unread(READER_VERSION)
            if entry.departure not in {Departure.REMOVED, Departure.WITHDRAWN} and not entry.unkept
        ]

    def record(self, entry: Entry, reading: Reading) -> Entry:
        """Keep what reading a report gave, and enter it as read or in need of OCR."""
        write_whole(pages_path(self._folder, entry.sha256), pack_document(reading.document))
        with self._catalogue.transaction():
            # A person may have corrected it, or a sync added to it, while it was read.
            done = as_read(self._catalogue.report(entry.report_id) or entry, reading)
            self._catalogue.put(done, read_by=READER_VERSION)
        return done

    def fail(self, entry: Entry, reason: str) -> None:
        """Enter a report as quarantined, with the reason."""
        with self._catalogue.transaction():
            failed = replace(entry, outcome=Outcome.QUARANTINED, reason=reason)
            self._catalogue.put(failed, read_by=READER_VERSION)

    def forget(self) -> None:
        """Have every report read again."""
        with self._catalogue.transaction():
            for entry in self._catalogue.reports().values():
                if not entry.unkept:
                    self._catalogue.put(entry, read_by=None)

    def document(self, sha256: str) -> Document:
        """What reading an original gave."""
        return load_document(pages_path(self._folder, sha256))
