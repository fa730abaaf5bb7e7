"""What is written of a report and its passages, and the values that tables take."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from corpus.details import ReportDetails
from corpus.types import Passage, Report, ReportStatus
from search.index.postgres.narrowing import facets_of
from search.index.store import passage_body
from search.index.tokens import Records

#: The columns of each table, in the order of the values.
TABLES: Final = {
    "report": "report_row, report_id, digest, standing, ranked, year, strength, cost, facets, "
    "words, body, details",
    "passage": "ordinal, report_row, passage_id, alike, ranked, body",
    "vector": "ordinal, report_row, alike, vector",
    "lexical": "ordinal, report_row, terms, weights",
    "token": "ordinal, report_row, records",
}
_REPORT: Final = TypeAdapter(Report)
_DETAILS: Final = TypeAdapter(ReportDetails)


@dataclass(frozen=True, slots=True)
class RankedPart:
    """What only a ranked passage has: its vector, its terms with their counts, its tokens."""

    vector: NDArray[np.float32]
    terms: Mapping[str, int]
    tokens: Records | None


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as it is written; `alike` is one number for all near-duplicates."""

    place: int
    passage: Passage
    alike: int
    ranked: RankedPart | None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as it is written, with all its passages; `digest` names what is written of it."""

    report: Report
    details: ReportDetails
    digest: bytes
    passages: Sequence[PassageRow]


def vector_text(numbers: NDArray[np.float32]) -> str:
    """As pgvector reads it; told in one go, which takes half the time of one by one."""
    return ("[" + ",".join(["%.5g"] * len(numbers)) + "]") % tuple(numbers.tolist())


def report_values(row: int, each: ReportRow) -> tuple[Any, ...]:
    """A report at its row, in the order of `TABLES`."""
    report = each.report
    ranked = [passage.ranked for passage in each.passages if passage.ranked]
    return (
        row,
        report.report_id,
        each.digest,
        report.status is ReportStatus.CURRENT,
        len(ranked),
        report.metadata.year,
        report.assessment.strength,
        report.assessment.cost,
        facets_of(report),
        sorted({term for part in ranked for term in part.terms}),
        _REPORT.dump_json(report).decode(),
        _DETAILS.dump_json(each.details).decode(),
    )


def passage_values(ordinal: int, row: int, each: PassageRow) -> tuple[Any, ...]:
    """A passage of the report at that row, likewise."""
    body = json.dumps({"text": each.passage.text, **passage_body(each.passage)})
    ranked = each.ranked is not None
    return ordinal, row, each.passage.passage_id, each.alike, ranked, body
