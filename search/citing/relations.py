"""A researcher's batch as CSV: a row for each report near a reference."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from corpus.types import Report
from search.citing.wording import one_line, pages_cited, spreadsheet_cell
from search.related.batch import ReferenceRow
from search.related.types import RelatedReport

NAMES: Final = (
    "number", "reference", "doi", "outcome", "rank", "score", "report_id", "report", "centre",
    "year", "rating_evidence", "url", "closest_passage", "page",
)  # fmt: skip


def write_reference_rows(rows: Iterable[ReferenceRow]) -> bytes:
    """UTF-8 with the mark Excel needs. `outcome` is held, related, none or problem.

    A reference with no row of its own says why: nothing close, or nothing to compare.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, NAMES, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        writer.writerows(
            {name: spreadsheet_cell(value) for name, value in each.items()} for each in _cells(row)
        )
    return out.getvalue().encode("utf-8-sig")


def _cells(row: ReferenceRow) -> list[dict[str, str]]:
    known = row.reference
    first = {
        "number": str(known.number),
        "reference": one_line(known.title or known.text[:200]),
        "doi": known.doi or "",
    }
    held = [{**first, "outcome": "held", **_report(report)} for report in row.held]
    near = [{**first, "outcome": "related", **_related(each)} for each in row.related]
    if not held + near:
        outcome = "problem" if row.problem else "none"
        told = row.problem or "Nothing close in this library."
        return [{**first, "outcome": outcome, "report": told}]
    return held + near


def _related(related: RelatedReport) -> dict[str, str]:
    pair = related.pairs[0]
    return {
        "rank": str(related.rank),
        "score": f"{related.score:.3f}",
        **_report(related.report),
        "closest_passage": pair.passage.text,
        "page": "; ".join(str(page) for page, _ in pages_cited(pair.passage, related.report)),
    }


def _report(report: Report) -> dict[str, str]:
    known = report.metadata
    return {
        "report_id": report.report_id,
        "report": one_line(report.title),
        "centre": known.centre or "",
        "year": str(known.year or ""),
        "rating_evidence": known.rating.evidence or "",
        "url": known.url or "",
    }
