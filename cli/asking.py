"""A question in the terminal: the options that narrow it, and its answer."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cli.app import importing
from corpus.findings import Direction, StudyDesign
from corpus.types import DocumentType
from search.types import Answer, Filters, Preference

CentreOption = Annotated[list[str] | None, typer.Option(help="Only this centre (may be repeated).")]
YearFromOption = Annotated[int | None, typer.Option(help="Only from this year on.")]
YearToOption = Annotated[int | None, typer.Option(help="Only up to this year.")]
DocumentTypeOption = Annotated[
    list[DocumentType] | None, typer.Option(help="Only this kind of document.")
]
TopicOption = Annotated[list[str] | None, typer.Option(help="Only this topic.")]
LanguageOption = Annotated[
    list[str] | None, typer.Option(help="Only this language, as an ISO 639-1 code: en, cy.")
]
NationOption = Annotated[
    list[str] | None, typer.Option(help="Only about this nation: England, Wales, …")
]
DesignOption = Annotated[list[StudyDesign] | None, typer.Option(help="Only this design.")]
DirectionOption = Annotated[
    list[Direction] | None, typer.Option(help="Only evidence that points this way.")
]
StrengthOption = Annotated[
    int | None, typer.Option(min=0, max=5, help="At least this strength (common scale).")
]
CostOption = Annotated[
    int | None, typer.Option(min=1, max=5, help="At most this cost (common scale).")
]
ExactOption = Annotated[
    bool, typer.Option("--exact", help="Search for what was typed: mend no slip.")
]
StrongOption = Annotated[
    float,
    typer.Option("--prefer-strong", min=0, max=1, help="Move strong evidence up; try 0.3."),
]
RecentOption = Annotated[
    float, typer.Option("--prefer-recent", min=0, max=1, help="Move new reports up; try 0.3.")
]
RerankerOption = Annotated[
    str | None,
    typer.Option(
        envvar="EVIDENCE_RERANKER",
        help="Model that `evidence reranker` prepared.",
        show_default="none",
    ),
]


def filters_of(
    *,
    centre: list[str] | None,
    year_from: int | None,
    year_to: int | None,
    document_type: list[DocumentType] | None,
    topic: list[str] | None,
    language: list[str] | None,
    nation: list[str] | None,
    design: list[StudyDesign] | None,
    direction: list[Direction] | None,
    strength_from: int | None,
    cost_to: int | None,
) -> Filters:
    """The filters that a command's options come to."""
    return Filters(
        centres=tuple(centre or ()),
        year_from=year_from,
        year_to=year_to,
        document_types=tuple(document_type or ()),
        topics=tuple(topic or ()),
        languages=tuple(language or ()),
        nations=tuple(nation or ()),
        designs=tuple(design or ()),
        directions=tuple(direction or ()),
        strength_from=strength_from,
        cost_to=cost_to,
    )


def preference_of(strong: float, recent: float) -> Preference:
    """The preference that a command's options come to."""
    return Preference(strong=strong, recent=recent)


def ask_library(
    home: Path,
    question: str,
    filters: Filters,
    k: int,
    *,
    reranker: str | None,
    exact: bool,
    preference: Preference,
) -> Answer:
    """The answer of a home's library.

    Raises:
        InvalidQuery: a centre that is neither in the registry nor in the index, and what
            `Searcher.ask` refuses.
        NoIndex, IndexUnusable, EncoderError: there is nothing to ask, or no such reranker.
    """
    with importing():
        from indexer.settings import load_index_settings
        from search.loading import load_searcher

        searcher = load_searcher(home, reranker=reranker, engine=load_index_settings().engine)
    try:
        check_centres(filters.centres, searcher.reports_by_centre())
        return searcher.ask(question, filters=filters, k=k, exact=exact, preference=preference)
    finally:
        searcher.close()


def check_centres(wanted: Iterable[str], held: Iterable[str]) -> None:
    """Raise InvalidQuery for a centre that is neither in the registry nor in the index."""
    from corpus.centres import load_centres
    from search.errors import InvalidQuery

    known = {*held, *(centre.id for centre in load_centres())} - {""}
    folded = {name.casefold() for name in known}
    if unknown := [each for each in wanted if each.casefold() not in folded]:
        raise InvalidQuery(
            f"There is no centre {', '.join(unknown)}.",
            cure=f"Name one of {', '.join(centre.id for centre in load_centres())}, or a publisher "
            "that `evidence status` lists.",
        )
