"""Evidence records: summaries in JSON lines, each a small report of one page."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.assessment.crosswalk import stated_from
from corpus.centres import identify_centre
from corpus.errors import MetadataError, ReadingError
from corpus.findings import Rating, Stated
from corpus.reading.assemble import Part, one_page
from corpus.types import BlockKind, Document, DocumentType, Metadata

_LONGEST: Final = 20_000  # characters of one field
_SHOWN: Final = 20  # faults told of before the rest is only counted

_Words = Annotated[str, Field(max_length=_LONGEST)]
_Needed = Annotated[str, Field(min_length=1, max_length=_LONGEST)]


class RecordFields(BaseModel):
    """What a record may say; fields not named here are kept but not used."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    centre: _Needed
    title: _Needed
    url: Annotated[str, Field(pattern=r"^https?://")]
    finding: _Needed
    year: Annotated[int, Field(ge=1800, le=2100)] | None = None
    topic: _Words | None = None
    intervention: _Words | None = None
    population: _Words | None = None
    outcome: _Words | None = None
    evidence_rating: _Words | None = None
    cost_rating: _Words | None = None
    impact: _Words | None = None
    study_design: _Words | None = None
    licence: _Words | None = None
    notes: _Words | None = None
    source: Literal["centre", "secondary"] | None = None
    common: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A record ready for the library: its id, what is known of it, its own JSON as bytes."""

    record_id: str
    metadata: Metadata
    data: bytes


def load_records(data: bytes, *, origin: str) -> list[EvidenceRecord]:
    """Read evidence records, one JSON object a line.

    Raises:
        MetadataError: with every fault of the file, by line.
    """
    records: list[EvidenceRecord] = []
    faults: list[str] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = RecordFields.model_validate_json(line)
        except ValidationError as error:
            faults += [f"line {number}: {fault}" for fault in _faults(error)]
            continue
        if fields.id in lines:
            faults.append(
                f"line {number}: the id {fields.id} stands on line {lines[fields.id]} too"
            )
        lines[fields.id] = number
        canonical = json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True)
        records.append(EvidenceRecord(fields.id, _metadata(fields), canonical.encode()))
    if faults or not records:
        told = "; ".join(faults[:_SHOWN]) or "there is no record in it"
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise MetadataError(
            f"{origin} holds no usable evidence records: {told}{more}.",
            cure="Each line is a JSON object with id, centre, title, url and finding at least.",
        )
    return records


def _faults(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(map(str, fault['loc'])) or 'the line'}: {fault['msg'][:200]}"
        for fault in error.errors(include_url=False, include_input=False)
    ]


def _metadata(fields: RecordFields) -> Metadata:
    return Metadata(
        title=fields.title,
        centre=identify_centre(fields.centre),
        year=fields.year,
        url=fields.url,
        licence=fields.licence,
        rating=Rating(fields.evidence_rating, fields.cost_rating, fields.impact),
        stated=stated_from(fields.common) if fields.common else Stated(),
        intervention=fields.intervention,
        population=fields.population,
        outcome=fields.outcome,
        topics=tuple(t for part in (fields.topic or "").split(";") if (t := part.strip())),
        study_design=fields.study_design,
        source=fields.source,
    )


def read_record(data: bytes) -> Document:
    """The page of one record: title, what was done for whom, the finding, impact and notes.

    Raises:
        ReadingError: it is no evidence record.
    """
    try:
        fields = RecordFields.model_validate_json(data)
    except ValidationError as error:
        raise ReadingError(f"It is no evidence record: {'; '.join(_faults(error))}.") from error
    about = (
        ("Intervention", fields.intervention),
        ("Population", fields.population),
        ("Outcome", fields.outcome),
    )
    parts = [Part(fields.title, BlockKind.HEADING, 1)]
    described = [f"{name}: {words.rstrip('.')}." for name, words in about if words]
    parts.append(Part(" ".join(described), BlockKind.PARAGRAPH))
    parts.append(Part(_one_line(fields.finding), BlockKind.PARAGRAPH))
    if fields.impact:
        parts.append(Part(f"Impact: {_one_line(fields.impact)}", BlockKind.PARAGRAPH))
    if fields.study_design:
        parts.append(Part(f"Study design: {_one_line(fields.study_design)}", BlockKind.PARAGRAPH))
    if fields.notes:
        parts.append(Part(f"Note: {_one_line(fields.notes)}", BlockKind.PARAGRAPH))
    return Document(DocumentType.RECORD, (one_page(parts),), title=fields.title, year=fields.year)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
