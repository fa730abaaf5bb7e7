"""`evidence remove` on the command line."""

from typing import Annotated

import typer

from cli.app import HomeThereOption, app, messages


@app.command()
def remove(
    report: Annotated[str, typer.Argument(help="A report's id, or the path it was added from.")],
    home: HomeThereOption,
    reason: Annotated[
        str, typer.Option(help="Why; `evidence status` tells it.", show_default=False)
    ] = "",
) -> None:
    """Take a report out of the library and of the index, at once.

    Its record stays, and adding it again restores it.
    """
    from contextlib import closing

    from cli.progress import TerminalProgress
    from corpus.home import Home
    from corpus.library.library import REMOVED
    from indexer.build import remove_report
    from indexer.settings import load_index_settings
    from search.loading import index_source

    console, place = messages(), Home(home)
    engine = load_index_settings().engine
    with TerminalProgress(console) as progress:
        report_id, built = remove_report(
            place, report, progress, reason=reason.strip() or REMOVED, engine=engine
        )
    console.print(f"Removed {report_id}.")
    if built is not None:
        return
    with closing(index_source(place, engine)) as held:
        if held.ids():
            console.print(
                "The index cannot be read, and has its text still: run `evidence index` to make it "
                "anew (docs/operating.md, Taking a report out)."
            )
