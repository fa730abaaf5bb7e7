"""Errors of the desk.

DeskError
├── DeskUnusable            where its sessions and jobs are kept cannot be opened
└── WrongWork               what is to be done cannot be
"""

from corpus.errors import EvidenceError


class DeskError(EvidenceError):
    """Something is wrong at the librarian's desk."""


class DeskUnusable(DeskError):
    """Where its sessions and jobs are kept cannot be opened."""


class WrongWork(DeskError):
    """What is to be done cannot be."""
