"""What is asked of a library, and of this installation; each imports what it needs when it runs."""

from typing import Annotated

import typer

from cli.app import EXIT_ERROR, HomeOption, HomeThereOption, app, importing, one_thread_a_question
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


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A policy question in plain English.")],
    home: HomeOption,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="How many passages.")] = 5,
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
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, in the shape of GET /v1/search.")
    ] = False,
) -> None:
    """Answer a question with ranked passages to quote, page and all.

    Example: evidence ask "Does mentoring cut youth crime?" --centre youth-endowment-fund
    """
    one_thread_a_question()
    with importing():
        from cli.render import print_answer

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
    if as_json:
        from api.schemas.answers import SearchResponse

        typer.echo(SearchResponse.from_answer(answer).model_dump_json(indent=2))
    else:
        print_answer(answer)


@app.command()
def status(
    home: HomeThereOption,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: every file ever added.")
    ] = False,
    parts: Annotated[
        bool, typer.Option("--parts", help="With --json: each part of the index, and their sum.")
    ] = False,
) -> None:
    """Tell what is in the library and the index, what failed and why."""
    from cli.render_status import print_status
    from cli.status import gather

    found = gather(home)
    if as_json:
        typer.echo(found.to_json(parts=parts))
    else:
        print_status(found)


@app.command()
def doctor(home: HomeOption) -> None:
    """Check the installation, the model and the index, and say the cure for what is wrong."""
    from cli.doctor import examine, print_findings

    findings = examine(home)
    print_findings(findings)
    if any(not finding.well for finding in findings):
        raise typer.Exit(EXIT_ERROR)
