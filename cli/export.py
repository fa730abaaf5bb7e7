"""`evidence export`: an answer as a file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.app import HomeOption, app, messages, one_thread_a_question
from cli.asking import (
    CentreOption,
    CostOption,
    DesignOption,
    DirectionOption,
    DocumentTypeOption,
    ExactOption,
    LanguageOption,
    NationOption,
    RecentOption,
    RerankerOption,
    StrengthOption,
    StrongOption,
    TopicOption,
    YearFromOption,
    YearToOption,
    ask_library,
    filters_of,
    preference_of,
)
from corpus.errors import EvidenceError
from search.citing.types import ExportFormat


@app.command()
def export(
    question: Annotated[str, typer.Argument(help="A policy question in plain English.")],
    home: HomeOption,
    to: Annotated[
        ExportFormat, typer.Option("--format", help="The file's format; docx is a briefing.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The file to write.", show_default="print it", dir_okay=False
        ),
    ] = None,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="How many passages.")] = 10,
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
    reranker: RerankerOption = None,
    *,
    prefer_strong: StrongOption = 0.0,
    prefer_recent: RecentOption = 0.0,
    exact: ExactOption = False,
) -> None:
    """Take an answer away: references and verbatim quotations, as other programs read them.

    Permalinks lead to EVIDENCE_PUBLIC_URL, or where `evidence serve` answers here.

    Example: evidence export "Does mentoring cut youth crime?" --format ris --output mentoring.ris
    """
    one_thread_a_question()
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from api.settings import load_settings
    from search.citing.collecting import collect
    from search.citing.formats import FORMATS

    if to is ExportFormat.DOCX and output is None and sys.stdout.isatty():
        raise EvidenceError(
            "A Word document cannot be shown in a terminal.", cure="Name a file with --output."
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
    answer = ask_library(
        home,
        question,
        filters,
        k,
        reranker=reranker,
        exact=exact,
        preference=preference_of(prefer_strong, prefer_recent),
    )
    today = datetime.now(ZoneInfo("Europe/London")).date()
    takeaway = collect(answer, site=load_settings(home=home).site, asked=today)
    written = FORMATS[to].write(takeaway)
    if output is None:
        sys.stdout.buffer.write(written)
        return
    output.write_bytes(written)
    messages().print(f"Wrote {len(answer.hits)} quotations to {output}.", markup=False)
