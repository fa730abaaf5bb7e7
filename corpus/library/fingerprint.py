"""What an index was made of, in one hash: whether it is up to date is seen without making it."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from corpus.assessment.crosswalk import assess
from corpus.library.readings import READER_VERSION
from corpus.library.shelf import Shelved
from corpus.passages import PassageRules
from corpus.types import Report

_SHELVED: Final = TypeAdapter(Shelved)


def assessed(shelved: Shelved) -> Shelved:
    """With its native rating on the common scale."""
    known = shelved.report.metadata
    assessment = assess(known.rating, centre=known.centre, stated=known.stated)
    return replace(shelved, report=replace(shelved.report, assessment=assessment))


def stamp(shelved: Shelved) -> bytes:
    """A hash of a report and all that is told of it."""
    return hashlib.sha256(_SHELVED.dump_json(shelved)).digest()


def fingerprint(stamps: Iterable[bytes], rules: PassageRules, model_hash: str) -> str:
    """A hash of all that makes the content of an index, or of a part of one.

    Args:
        stamps: of its reports, assessed, by id.
        rules: how documents are cut, as fitted to the model.
        model_hash: of the encoder.
    """
    digest = hashlib.sha256(f"{READER_VERSION} {rules} {model_hash}".encode())
    for each in stamps:
        digest.update(each)
    return digest.hexdigest()


def cut_name(report: Report, rules: PassageRules, model_hash: str) -> str:
    """A hash of all that a report's passages follow from."""
    of = (READER_VERSION, rules, model_hash, report.report_id, report.sha256, report.title)
    return hashlib.sha256(repr(of).encode()).hexdigest()[:32]
