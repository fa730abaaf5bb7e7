"""Reports, passages and centres."""

from typing import TypedDict


class Page(TypedDict):
    """Where a passage stands."""

    number: int
    label: str | None


class Rating(TypedDict):
    """In the centre's own words."""

    evidence: str | None
    cost: str | None
    impact: str | None


class Assessment(TypedDict):
    """The rating on the common scale: to sort, filter and compare by, never in its place."""

    scheme: str | None
    strength: int | None
    cost: int | None
    impact: int | None
    direction: str
    rules: list[str]


class Quotation(TypedDict):
    """A verbatim sentence and its physical page."""

    page: int
    text: str


class Design(TypedDict):
    """A study design, and the sentence that shows it."""

    design: str
    shown_by: Quotation


class Report(TypedDict):
    """A report as it is shown beside its passages."""

    report_id: str
    title: str
    centre: str | None
    centre_name: str | None
    year: int | None
    url: str | None
    file: str
    rating: Rating | None
    assessment: Assessment
    centres: list[str]
    designs: list[Design]
    publication_type: str | None
    language: str | None
    status: str
    status_note: str | None
    replaced_by: str | None
    authors: list[str]
    doi: str | None
    licence: str | None
    topics: list[str]
    document_type: str
    study_design: str | None
    source: str | None
    page_count: int
    is_summary: bool


class ReportList(TypedDict):
    """A part of the list of reports, in the order of their ids."""

    reports: list[Report]
    total: int
    next_cursor: str | None
    generation: str


class Claim(TypedDict):
    """What one source says of one field; the first of a field's claims is the one that counts."""

    field: str
    value: str | int | list[str]
    source: str
    confidence: str


class Fact(TypedDict):
    """A figure worth knowing, as the sentence that states it."""

    kind: str
    quotation: Quotation


class Provenance(TypedDict):
    """One place the report was had from."""

    address: str
    centre: str | None
    page: str | None
    fetched: str | None
    headers: dict[str, str]
    ended: str | None


class Version(TypedDict):
    """Another version of the report."""

    report_id: str
    added: str | None
    status: str


class Relative(TypedDict):
    """Another publication of the same study, or another version of the same report."""

    report_id: str
    title: str
    role: str
    year: int | None
    because: str


class Details(TypedDict):
    """Where a report came from, who says what of it, and what it is part of."""

    claims: list[Claim]
    facts: list[Fact]
    provenance: list[Provenance]
    versions: list[Version]
    family: list[Relative]


class Passage(TypedDict):
    """A passage, verbatim."""

    passage_id: str
    report_id: str
    text: str
    section: list[str]
    kind: str
    pages: list[Page]
    text_sha256: str


class ReportWithPassages(TypedDict):
    """A report and a part of its passages, in reading order."""

    report: Report
    details: Details
    passages: list[Passage]
    total: int
    limit: int
    offset: int


class PassageWithReport(TypedDict):
    """A passage and the report it is from."""

    passage: Passage
    report: Report
    unchanged: bool | None
    generation: str
    model: str


class Licence(TypedDict):
    """What a centre's terms permit, as far as they were seen."""

    index: bool
    keep: bool
    show: bool
    text: str | None
    source: str | None


class Centre(TypedDict):
    """A centre, and how many of its reports are in this library."""

    id: str
    name: str
    former_names: list[str]
    home_url: str | None
    policy_areas: list[str]
    member: str
    membership: str
    rating_schemes: list[str]
    licence: Licence
    reports: int


class Centres(TypedDict):
    """The registry of centres, and the publishers not in it."""

    centres: list[Centre]
    others: dict[str, int]
