"""`evidence evaluate` on the command line."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import HomeOption, app, messages


@app.command()
def evaluate(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="Folder in BEIR layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv.",
            exists=True,
            file_okay=False,
        ),
    ],
    home: HomeOption,
    split: Annotated[
        str | None,
        typer.Option(help="Which judgements.", show_default="the only one, or dev"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="Model to encode with.", show_default="the live index's, or the default"),
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(help="Write the runs here, in TREC format.", file_okay=False)
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure lexical, dense and fused retrieval on judged questions.

    Prints nDCG@10, R@100 and RR@10 with paired significance tests of fused against each half.
    """
    from cli.evaluate import evaluate_dataset, print_evaluated
    from cli.progress import TerminalProgress

    with TerminalProgress(messages()) as progress:
        found = evaluate_dataset(
            home, dataset, split=split, model=model, runs_to=runs, progress=progress
        )
    if as_json:
        typer.echo(found.to_json())
    else:
        print_evaluated(found)
