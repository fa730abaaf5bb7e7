"""A server of the Model Context Protocol, by which assistants search and cite the library.

Tools give verbatim passages with page, permalink and the centre's own rating, and say plainly
where the library holds nothing likely to answer (modelcontextprotocol.io, "Tools").
"""

from typing import Annotated, Final, Protocol, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field, ValidationError

from api.faults import describe_faults
from api.parameters import FilterParameters, SearchParameters
from api.problems import told_outside
from api.related_parameters import RelatedParameters
from api.schemas.answers import ReadingOut
from api.schemas.related import RelatedResponse
from api.schemas.reports import PageOut, PassageOut, RatingOut, ReportOut
from api.schemas.statements import StatementOut
from corpus.errors import EvidenceError, filled
from corpus.types import DocumentType
from search.citing.permalinks import permalink
from search.citing.wording import pages_cited
from search.errors import UnknownId
from search.searcher import Searcher

NAME: Final = "what-works-evidence-search"
INSTRUCTIONS: Final = (
    "Search research reports of the UK What Works centres. Quote passages verbatim, with report, "
    "centre, year, page and permalink. Where `is_summary` is true the words are this project's and "
    "not the centre's: say so, and name the centre's page. Give the centre's own rating in its "
    "words; the common scale only compares. Where `statement.level` is `none`, say that this "
    "library holds no answer: that is not the same as evidence of no effect."
)
_ONLY_READS: Final = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_LONGEST_FETCH: Final = 200  # passages of one report

_P = TypeVar("_P", bound=BaseModel)


class AnySource(Protocol):
    """What hands out the searcher over the newest generation."""

    def current(self) -> Searcher:
        """The searcher to use now."""
        ...


class Found(BaseModel):
    """A passage an assistant can cite."""

    id: str = Field(description="Give it to `fetch` for the whole passage and report.")
    title: str
    centre: str | None
    year: int | None
    pages: list[PageOut] = Field(description="Empty where the format has no pages.")
    text: str = Field(description="Verbatim.")
    is_summary: bool = Field(
        description="The text is this project's summary, not the centre's words."
    )
    permalink: str = Field(description="Leads to the passage and proves it unchanged.")
    url: str | None = Field(description="The centre's own page.")
    rating: RatingOut | None = Field(description="The centre's rating, in its own words.")
    confidence: float = Field(description="Estimated chance that it answers.")


class SearchResult(BaseModel):
    """What was found, and what it comes to."""

    reading: ReadingOut = Field(description="What was searched for besides what was typed.")
    statement: StatementOut
    results: list[Found]
    generation: str


class Fetched(BaseModel):
    """A report, and the passage asked for or all of its passages."""

    report: ReportOut
    passages: list[PassageOut]
    total: int = Field(description="Passages of the report in all.")


def build_server(source: AnySource, *, site: str) -> MCPServer:
    """The server, over whatever generation is newest; permalinks begin with `site`."""
    server: MCPServer = MCPServer(NAME, instructions=INSTRUCTIONS, log_level="WARNING")

    @server.tool(annotations=_ONLY_READS)
    def search(
        query: Annotated[str, Field(description="A policy question in plain English.")],
        k: Annotated[int, Field(description="How many passages, 1 to 100.")] = 8,
        filters: FilterParameters | None = None,
    ) -> SearchResult:
        """Ranked verbatim passages on a policy question, with an evidence statement."""
        chosen = filters.model_dump() if filters else {}
        asked = _checked(SearchParameters, {"q": query, "k": k, **chosen})
        return _search(source.current(), asked, site)

    @server.tool(annotations=_ONLY_READS)
    def fetch(
        id: Annotated[str, Field(description="The id of a passage or a report.")],  # noqa: A002 - the protocol's usual name
        offset: Annotated[
            int, Field(ge=0, description="Passages of a report to pass over; 200 come at once.")
        ] = 0,
    ) -> Fetched:
        """A passage with its report, or a report with its passages in reading order."""
        return _fetch(source.current(), id, offset)

    @server.tool(annotations=_ONLY_READS)
    def related(
        report: Annotated[str | None, Field(description="A report's id.")] = None,
        passage: Annotated[str | None, Field(description="A passage's id.")] = None,
        doi: Annotated[str | None, Field(description="The DOI of a report here.")] = None,
        text: Annotated[str | None, Field(description="An abstract, say.")] = None,
        k: Annotated[int, Field(description="How many reports, 1 to 100.")] = 5,
        filters: FilterParameters | None = None,
    ) -> RelatedResponse:
        """Studies near one of the four, with why; the same study's publications apart."""
        chosen = filters.model_dump() if filters else {}
        named = {"report": report, "passage": passage, "doi": doi, "text": text}
        asked = _checked(RelatedParameters, {**named, "k": k, **chosen})
        return _related(source.current(), asked)

    return server


def _related(searcher: Searcher, asked: RelatedParameters) -> RelatedResponse:
    try:
        probe = asked.probe(searcher)
        answer = searcher.related.near(probe, filters=asked.filters(), k=asked.k)
    except EvidenceError as error:
        raise _told(error) from error
    return RelatedResponse.of(answer)


def _search(searcher: Searcher, asked: SearchParameters, site: str) -> SearchResult:
    try:
        answer = asked.ask(searcher, k=asked.k)
    except EvidenceError as error:
        raise _told(error) from error
    return SearchResult(
        reading=ReadingOut.of(answer.reading),
        statement=StatementOut.of(answer.statement),
        results=[
            Found(
                id=hit.passage.passage_id,
                title=hit.report.title,
                centre=hit.report.metadata.centre,
                year=hit.report.metadata.year,
                pages=[
                    PageOut(number=number, label=label)
                    for number, label in pages_cited(hit.passage, hit.report)
                ],
                text=hit.passage.text,
                is_summary=hit.report.document_type is DocumentType.RECORD,
                permalink=f"{site}{permalink(hit.passage, answer.generation, answer.model)}",
                url=hit.report.metadata.url,
                rating=RatingOut.of(hit.report.metadata.rating),
                confidence=round(hit.confidence, 3),
            )
            for hit in answer.hits
        ],
        generation=answer.generation,
    )


def _fetch(searcher: Searcher, wanted: str, offset: int) -> Fetched:
    try:
        return _fetched(searcher, wanted, offset)
    except UnknownId as error:
        raise ToolError(
            f"There is no passage or report {wanted!r}. Ids come with `search`."
        ) from error
    except EvidenceError as error:
        raise _told(error) from error


def _fetched(searcher: Searcher, wanted: str, offset: int) -> Fetched:
    try:
        one = searcher.passage(wanted)
    except UnknownId:
        passages = searcher.report_passages(wanted)
        shown, report_id = passages[offset : offset + _LONGEST_FETCH], wanted
    else:
        shown, report_id = (one,), one.report_id
        passages = searcher.report_passages(report_id)
    return Fetched(
        report=ReportOut.of(searcher.report(report_id)),
        passages=[PassageOut.of(passage) for passage in shown],
        total=len(passages),
    )


def _checked(shape: type[_P], values: dict[str, object]) -> _P:
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        raise ToolError(describe_faults(error.errors(), shape.model_fields)) from error


def _told(error: EvidenceError) -> ToolError:
    told = (filled(words, error.values) for words in told_outside(error) if words)
    return ToolError(" ".join(told))
