"""One row or line a quotation: CSV for spreadsheets, JSON Lines for programs."""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from search.citing.csl import csl_item, quotation_of
from search.citing.types import Excerpt, Reference, Source, Takeaway
from search.citing.wording import one_line, spreadsheet_cell

_QUOTED: Final = ("rank", "text", "page", "page_label", "section", "permalink", "confidence")
#: A quotation and the report it is from.
Row = tuple[Excerpt, Source]


def write_csv(takeaway: Takeaway) -> bytes:
    """A row a quotation, or a report where nothing is quoted; UTF-8 with the mark Excel needs.

    A cell a spreadsheet would take for a formula has an apostrophe in front.
    """
    bare = (_report(source) for source in takeaway.sources if not source.excerpts)
    return b"".join(chain(csv_lines(takeaway.ranked), map(_csv_line, bare)))


def csv_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """The lines of `write_csv`, as they are made: the names of the columns, then the rows."""
    yield codecs.BOM_UTF8 + _csv_line({name: name for name in _COLUMNS})
    for excerpt, source in rows:
        yield _csv_line({**_quotation(excerpt), **_report(source)})


def _csv_line(row: Mapping[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, restval="", quoting=csv.QUOTE_ALL)
    writer.writerow({name: spreadsheet_cell(value) for name, value in row.items()})
    return out.getvalue().encode()


def write_jsonl(takeaway: Takeaway) -> bytes:
    """A line a quotation with its report's CSL-JSON item, or a report where nothing is quoted."""
    bare = (_cited(source) for source in takeaway.sources if not source.excerpts)
    return b"".join(chain(jsonl_lines(takeaway.ranked), map(_json_line, bare)))


def jsonl_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """The lines of `write_jsonl`, as they are made."""
    for excerpt, source in rows:
        yield _json_line({**quotation_of(excerpt), **_cited(source)})


def _json_line(line: Mapping[str, object]) -> bytes:
    return f"{json.dumps(line, ensure_ascii=False)}\n".encode()


def _cited(source: Source) -> dict[str, object]:
    rating = source.reference.rating
    native = {"evidence": rating.evidence, "cost": rating.cost, "impact": rating.impact}
    return {
        "rating": native if any(native.values()) else None,
        "report": csl_item(source.reference),
    }


def _quotation(excerpt: Excerpt | None) -> dict[str, str]:
    if excerpt is None:
        return dict.fromkeys(_QUOTED, "")
    return {
        "rank": str(excerpt.rank),
        "text": excerpt.text,
        "page": "; ".join(str(number) for number, _ in excerpt.pages),
        "page_label": "; ".join(label or "" for _, label in excerpt.pages).strip("; "),
        "section": " > ".join(excerpt.section),
        "permalink": excerpt.permalink,
        "confidence": "" if excerpt.confidence is None else f"{excerpt.confidence:.3f}",
    }


def _report(source: Source) -> dict[str, str]:
    known = source.reference
    return {
        "title": one_line(known.title),
        "authors": "; ".join(map(one_line, known.authors)),
        "publisher": known.publisher or "",
        "year": str(known.issued[0]) if known.issued else "",
        "published": "-".join(f"{part:02}" for part in known.issued),
        "rating_evidence": known.rating.evidence or "",
        "rating_cost": known.rating.cost or "",
        "rating_impact": known.rating.impact or "",
        "doi": known.doi or "",
        "isbn": known.isbn or "",
        "url": known.url or "",
        "language": known.language or "",
        "report_id": known.key,
        "remarks": " ".join(known.remarks),
    }


_COLUMNS: Final = (*_quotation(None), *_report(Source(Reference("", ""))))
