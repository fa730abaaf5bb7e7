"""Every error of the project is an `EvidenceError`; each package has its branch.

EvidenceError
├── CorpusError
│   ├── ReadingError            a file cannot be read (message: the cause)
│   │   ├── PasswordNeeded      encrypted, and the empty password does not open it
│   │   ├── NotAReport          wrong or unsupported content
│   │   └── ReadingLimit        over the time, memory or size limit
│   ├── MetadataError           a metadata file or evidence record is malformed
│   ├── RegistryError           the registry of centres has faults
│   ├── FetchError              an address does not give a file
│   │   ├── Forbidden           an address that may not be asked for: private, or robots.txt
│   │   └── Gone                it is not there any more (404, 410)
│   ├── SourceError             a list of publications cannot be had or understood
│   └── LibraryError            the library folder or catalogue is unusable
├── SettingError                a setting has a value it cannot have
├── SearchError                 (search/errors.py)
└── IndexerError                (indexer/errors.py)
"""

from collections.abc import Mapping


class EvidenceError(Exception):
    """An error a person can act on: `str(error)` names the cause, `cure` what to do.

    With `values`, message and cure have places in braces for them, as `str.format` fills them;
    `message` and `advice` are both as they were written, so that another language can say them.
    """

    def __init__(
        self, message: str, *, cure: str | None = None, values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(filled(message, values))
        self.cure = cure if cure is None else filled(cure, values)
        self.message = message
        self.advice = cure
        self.values = values

    def __reduce__(self) -> tuple[object, ...]:
        """Keep it whole when the error crosses a process boundary."""
        return (_rebuild, (type(self), self.message, self.advice, self.values))


def filled(message: str, values: Mapping[str, object] | None) -> str:
    """A message with its values in their places; as it is where it has none."""
    return message if values is None else message.format(**values)


def _rebuild(
    kind: type[EvidenceError], message: str, cure: str | None, values: Mapping[str, object] | None
) -> EvidenceError:
    return kind(message, cure=cure, values=values)


class SettingError(EvidenceError):
    """A setting has a value it cannot have."""


class CorpusError(EvidenceError):
    """Something is wrong with the evidence itself or where it is kept."""


class ReadingError(CorpusError):
    """A file cannot be read."""


class PasswordNeeded(ReadingError):
    """The file is encrypted and the empty password does not open it."""


class NotAReport(ReadingError):
    """The file's content is of no supported kind, or not what its name says."""


class ReadingLimit(ReadingError):
    """Reading went over its limit of time, memory or size."""


class MetadataError(CorpusError):
    """A metadata file or an evidence record is malformed."""


class RegistryError(CorpusError):
    """The registry of centres has faults."""


class FetchError(CorpusError):
    """An address does not give a file; `status` is the HTTP status it answered with, if any."""

    def __init__(self, message: str, *, cure: str | None = None, status: int | None = None) -> None:
        super().__init__(message, cure=cure)
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        """Keep `status` too when the error crosses a process boundary."""
        return (_refetch, (type(self), str(self), self.cure, self.status))


def _refetch(
    kind: type[FetchError], message: str, cure: str | None, status: int | None
) -> FetchError:
    return kind(message, cure=cure, status=status)


class Forbidden(FetchError):
    """An address that may not be asked for: a private one, or one robots.txt denies."""


class Gone(FetchError):
    """What an address gave is not there any more (404 or 410)."""


class SourceError(CorpusError):
    """A list of publications cannot be had, or not understood."""


class LibraryError(CorpusError):
    """The library folder or its catalogue is unusable."""
