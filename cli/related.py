"""`evidence related`: studies near a report, a passage, a text, a file or a list of references."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import HomeOption, app, messages, one_thread_a_question
from cli.asking import (
    CentreOption,
    CostOption,
    DesignOption,
    DirectionOption,
    DocumentTypeOption,
    LanguageOption,
    NationOption,
    StrengthOption,
    TopicOption,
    YearFromOption,
    YearToOption,
    check_centres,
    filters_of,
)
from corpus.errors import EvidenceError

if TYPE_CHECKING:
    from search.related import Probe
    from search.searcher import Searcher
    from search.types import Filters


@app.command()
def related(
    home: HomeOption,
    report: Annotated[str | None, typer.Argument(help="A report's id.", show_default=False)] = None,
    passage: Annotated[str | None, typer.Option(help="A passage's id.")] = None,
    doi: Annotated[str | None, typer.Option(help="The DOI of a report of this library.")] = None,
    text: Annotated[
        str | None, typer.Option(help="A text, an abstract say; - reads it from standard input.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A PDF, DOCX, HTML or text; not kept."),
    ] = None,
    references: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A list, RIS or CSV: CSV comes back, a row for each report near a reference.",
        ),
    ] = None,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="How many reports.")] = 5,
    centre: CentreOption = None,
    year_from: YearFromOption = None,
    year_to: YearToOption = None,
    document_type: DocumentTypeOption = None,
    topic: TopicOption = None,
    language: LanguageOption = None,
    nation: NationOption = None,
    design: DesignOption = None,
    direction: DirectionOption = None,
    strength_from: StrengthOption = None,
    cost_to: CostOption = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, in the shape of GET /v1/related.")
    ] = False,
) -> None:
    """Show the studies nearest to one, with why; other publications of the same study apart.

    Example: evidence related yef-mentoring

    Example: evidence related --file draft.docx --year-from 2015

    Example: evidence related --references zotero.ris > related.csv
    """
    one_thread_a_question()
    from cli.render_related import print_related
    from indexer.settings import load_index_settings
    from search.loading import load_searcher

    given = (report, passage, doi, text, file, references)
    if sum(each is not None for each in given) != 1:
        raise EvidenceError(
            "Name one thing to compare.",
            cure="A report's id, --passage, --doi, --text, --file or --references.",
        )
    filters = filters_of(
        centre=centre,
        year_from=year_from,
        year_to=year_to,
        document_type=document_type,
        topic=topic,
        language=language,
        nation=nation,
        design=design,
        direction=direction,
        strength_from=strength_from,
        cost_to=cost_to,
    )
    searcher = load_searcher(home, engine=load_index_settings().engine)
    try:
        check_centres(filters.centres, searcher.reports_by_centre())
        if references is not None:
            _print_references(searcher, references, filters, k, as_json=as_json)
            return
        probe = _probe(searcher, report=report, passage=passage, doi=doi, text=text, file=file)
        answer = searcher.related.near(probe, filters=filters, k=k)
    finally:
        searcher.close()
    if as_json:
        from api.schemas.related import RelatedResponse

        typer.echo(RelatedResponse.of(answer).model_dump_json(indent=2))
    else:
        print_related(answer)


def _probe(
    searcher: "Searcher",
    *,
    report: str | None,
    passage: str | None,
    doi: str | None,
    text: str | None,
    file: Path | None,
) -> "Probe":
    from corpus.uploads import read_upload

    if report is not None:
        return searcher.related.of_report(report)
    if passage is not None:
        return searcher.related.of_passage(passage)
    if doi is not None:
        return searcher.related.of_doi(doi)
    if file is not None:
        return searcher.related.of_document(read_upload(file.read_bytes(), file.name))
    return searcher.related.of_text(sys.stdin.read() if text == "-" else text or "")


def _print_references(
    searcher: "Searcher", path: Path, filters: "Filters", k: int, *, as_json: bool
) -> None:
    """A row for each report near a reference, as each is done; what came of it on stderr."""
    from api.schemas.related import ReferenceOut
    from cli.progress import TerminalProgress
    from corpus.references import read_references
    from search.citing.relations import write_reference_rows
    from search.related.batch import relate_references

    listed = read_references(path.read_bytes(), path.name)
    rows = []
    with TerminalProgress(messages()) as progress:
        progress.start("Comparing", len(listed), "references")
        for row in relate_references(
            listed, searcher.related, searcher.standing_reports(), filters=filters, k=k
        ):
            rows.append(row)
            progress.advance()
    if as_json:
        for row in rows:
            typer.echo(
                ReferenceOut.of(row, searcher.generation, searcher.spec.name).model_dump_json()
            )
    else:
        sys.stdout.buffer.write(write_reference_rows(rows))
    held = sum(bool(row.held) for row in rows)
    near = sum(bool(row.related) for row in rows)
    failed = sum(bool(row.problem) for row in rows)
    messages().print(
        f"{len(rows):,} references: {held:,} in this library, {near:,} with close reports, "
        f"{failed:,} with nothing to compare."
    )
