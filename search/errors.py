"""Errors of asking.

SearchError
├── EncoderError            a model cannot be found, verified, exported or run
├── NoIndex                 there is no index yet
├── IndexUnusable           damaged, of another format version, or made by another model
├── InvalidQuery            an empty or over-long question, a wrong filter
├── UnknownId               no such report or passage in this generation
└── EngineUnavailable       the database that keeps the index does not answer just now
    └── IndexChanged        a report went while it was being asked about
"""

from corpus.errors import EvidenceError


class SearchError(EvidenceError):
    """A question cannot be answered."""


class EncoderError(SearchError):
    """A model cannot be found, verified, exported or run."""


class NoIndex(SearchError):
    """There is no index yet."""


class IndexUnusable(SearchError):
    """The index is damaged, of another format version, or made by another model."""


class InvalidQuery(SearchError):
    """The question or a filter is malformed."""


class UnknownId(SearchError):
    """No such report or passage in this generation."""


class EngineUnavailable(SearchError):
    """The database that keeps the index does not answer just now; later it may."""

    def __init__(self, message: str, *, cure: str, retry_after_s: int = 5) -> None:
        super().__init__(message, cure=cure)
        self.retry_after_s = retry_after_s


class IndexChanged(EngineUnavailable):
    """A report went while it was being asked about: the same question has an answer now."""
