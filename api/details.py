"""Everything kept of one report, for those who ask for it by its id."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.reports import QuotationOut, RelativeOut
from corpus.details import ReportDetails
from corpus.findings import FactKind
from corpus.metadata.claims import ClaimSource, Confidence
from corpus.types import ReportStatus
from search.citing.wording import public_place


class ClaimOut(BaseModel):
    """What one source says of one field; the first of a field's claims is the one that counts."""

    field: str
    value: str | int | list[str]
    source: ClaimSource
    confidence: Confidence


class FactOut(BaseModel):
    """A figure worth knowing, as the sentence that states it."""

    kind: FactKind
    quotation: QuotationOut


class ProvenanceOut(BaseModel):
    """One place the report was had from."""

    address: str = Field(
        description="Where it was had from; of a file of the server, its name alone.",
        examples=["https://example.org/trial.pdf"],
    )
    centre: str | None
    page: str | None = Field(description="The landing page that led to it.")
    fetched: str | None
    headers: dict[str, str]
    ended: str | None = Field(description="Since when and why it is not to be had there.")


class VersionOut(BaseModel):
    """Another version of the report."""

    report_id: str
    added: str | None
    status: ReportStatus


class DetailsOut(BaseModel):
    """Where a report came from, who says what of it, and what it is part of."""

    claims: list[ClaimOut]
    facts: list[FactOut]
    provenance: list[ProvenanceOut]
    versions: list[VersionOut]
    family: list[RelativeOut]

    @classmethod
    def of(cls, details: ReportDetails) -> Self:
        """From the domain type."""
        return cls(
            claims=[
                ClaimOut(
                    field=claim.field,
                    value=list(claim.value) if isinstance(claim.value, tuple) else claim.value,
                    source=claim.source,
                    confidence=claim.confidence,
                )
                for claim in details.claims
            ],
            facts=[
                FactOut(kind=fact.kind, quotation=QuotationOut.of(fact.quotation))
                for fact in details.facts
            ],
            provenance=[
                ProvenanceOut(
                    address=public_place(each.address),
                    centre=each.centre,
                    page=each.page,
                    fetched=each.fetched,
                    headers=dict(each.headers),
                    ended=each.ended,
                )
                for each in details.provenance
            ],
            versions=[
                VersionOut(report_id=each.report_id, added=each.added, status=each.status)
                for each in details.versions
            ],
            family=[RelativeOut.of(each) for each in details.family],
        )
