"""What an index was made of, in one hash: whether it is up to date is seen without making it."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from corpus.assessment.crosswalk import assess
from corpus.library.library import READER_VERSION
from corpus.library.shelf import Shelved
from corpus.passages import PassageRules

_SHELVED: Final = TypeAdapter(Shelved)


def assessed(shelved: Shelved) -> Shelved:
    """With its native rating on the common scale."""
    known = shelved.report.metadata
    assessment = assess(known.rating, centre=known.centre, stated=known.stated)
    return replace(shelved, report=replace(shelved.report, assessment=assessment))


def fingerprint(shelved: Iterable[Shelved], rules: PassageRules, model_hash: str) -> str:
    """A hash of all that makes the content of an index.

    Args:
        shelved: the library, assessed, by id.
        rules: how documents are cut, as fitted to the model.
        model_hash: of the encoder.
    """
    digest = hashlib.sha256(f"{READER_VERSION} {rules} {model_hash}".encode())
    for each in shelved:
        digest.update(_SHELVED.dump_json(each))
    return digest.hexdigest()
