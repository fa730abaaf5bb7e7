"""`evidence reranker`: a cross-encoder made ready for `ask` and `serve`."""

from typing import Annotated

import typer

from cli.app import HomeOption, app, messages


@app.command()
def reranker(
    model: Annotated[
        str,
        typer.Argument(help="A sentence-transformers CrossEncoder: its folder, or its hub name."),
    ],
    home: HomeOption,
    passages: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=200,
            help="How many of the best passages it reads for a question; measured when left out: "
            "as many as add 120 ms on this machine, from 3 to 16.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Prepare a reranker: it reads question and passage together and puts the top in order.

    Then name it: `evidence ask --reranker MODEL`, or EVIDENCE_RERANKER for `serve`.
    """
    from corpus.home import Home
    from search.loading import reranker_folder
    from search.reranker.prepare import prepare_reranker

    console = messages()
    folder = reranker_folder(Home(home), model)
    record = prepare_reranker(model, folder, passages=passages, progress=console.print)
    console.print(
        f"Ready: {record.name} reads the {record.passages} best passages of an answer. "
        "Use it with --reranker or EVIDENCE_RERANKER."
    )
