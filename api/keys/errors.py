"""Errors of keys.

KeysError
├── WrongKeyOptions         a key cannot be made like this
├── OutOfScope              a site key may not ask this
├── UnknownKey              there is no key of that id
└── KeysUnusable            where keys are kept cannot be opened
"""

from corpus.errors import EvidenceError


class KeysError(EvidenceError):
    """Something is wrong with keys."""


class WrongKeyOptions(KeysError):
    """A key cannot be made like this."""


class OutOfScope(KeysError):
    """A site key may not ask this."""


class UnknownKey(KeysError):
    """There is no key of that id."""


class KeysUnusable(KeysError):
    """Where keys are kept cannot be opened."""
