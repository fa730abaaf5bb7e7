"""Errors of making an index.

IndexerError
├── NothingToAdd            a path or address that gives no file
├── SiteFailing             a site gives nothing, address after address
├── BackupDamaged           a backup is cut short, changed, or none
└── BuildFailed             what was written does not check out; the live index is untouched
"""

from corpus.errors import EvidenceError


class IndexerError(EvidenceError):
    """An index cannot be made."""


class NothingToAdd(IndexerError):
    """A path or address gives no file."""


class BuildFailed(IndexerError):
    """A new generation does not check out; the live index is untouched."""


class SiteFailing(IndexerError):
    """A site gives nothing, address after address."""


class BackupDamaged(IndexerError):
    """A backup is cut short, changed, or no backup at all."""
