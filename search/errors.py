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

from typing import ClassVar

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
    """The database that keeps the index does not answer just now; later it may.

    `retry_after_s`: in how many seconds it is worth asking again.
    """

    retry_after_s: ClassVar[int] = 5


class IndexChanged(EngineUnavailable):
    """A report went while it was being asked about: the same question has an answer now."""

    retry_after_s: ClassVar[int] = 1
