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
) -> None:
    """Prepare a reranker: it reads question and passage together and puts the top in order.

    Then name it: `evidence ask --reranker MODEL`, or EVIDENCE_RERANKER for `serve`.
    """
    from corpus.home import Home
    from search.loading import reranker_folder
    from search.reranker.prepare import prepare_reranker

    console = messages()
    record = prepare_reranker(model, reranker_folder(Home(home), model), progress=console.print)
    console.print(f"Ready: {record.name}. Use it with --reranker or EVIDENCE_RERANKER.")
