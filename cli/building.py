"""What builds a library and its index: `evidence add` and `evidence index`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import HomeOption, HomeThereOption, app, messages


@app.command()
def add(
    sources: Annotated[
        list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders or web addresses.")
    ],
    home: HomeOption,
    metadata: Annotated[
        Path | None,
        typer.Option(
            help="CSV, TSV or JSONL with a `file` column and any of: title, centre, year, authors, "
            "url, doi, licence, rating, cost, impact, topics. One that lies beside the reports is "
            "found by itself.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
) -> None:
    """Add reports to the library: PDF, HTML, DOCX, text, Markdown, or evidence records (JSONL).

    A copy is kept, so the library stands on its own. Adding the same file again is harmless;
    a changed file replaces its older version. `evidence index` makes what was added searchable.

    Example: evidence add reports/ https://example.org/report.pdf
    """
    from cli.progress import TerminalProgress
    from cli.render import print_additions
    from corpus.home import Home
    from corpus.library.library import Library
    from indexer.adding import add_all
    from indexer.settings import load_gather_settings

    console = messages()
    with Library(Home(home).library) as library, TerminalProgress(console) as progress:
        hosts = load_gather_settings().allow_hosts
        additions = add_all(
            library, sources, metadata=metadata, progress=progress, allow_hosts=hosts
        )
    print_additions(additions, console)


@app.command()
def index(
    home: HomeThereOption,
    model: Annotated[
        str | None,
        typer.Option(
            envvar="EVIDENCE_MODEL",
            help="Any sentence-transformers model, by name or folder.",
            show_default="the model of the live index, or all-MiniLM-L6-v2",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Reports read at a time.", show_default="one a core"),
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=1, help="Seconds one report may take to read.")
    ] = 120.0,
    memory: Annotated[int, typer.Option(min=256, help="MiB one report may take to read.")] = 2048,
    device: Annotated[
        str | None,
        typer.Option(
            help="What encodes: cuda (every card), cuda:0,cuda:1, or another that torch knows.",
            show_default="EVIDENCE_DEVICE, or the processor",
        ),
    ] = None,
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build anew, even where nothing changed.")
    ] = False,
    reread: Annotated[
        bool, typer.Option("--reread", help="Read every report again, failed ones too.")
    ] = False,
) -> None:
    """Bring the index up to date with the library.

    Reads what is new, encodes it, writes a new index beside the live one, verifies it and swaps
    it in; a running server picks it up. Stopped half-way, it goes on where it was.
    """
    import os

    from cli.progress import TerminalProgress
    from cli.render import print_built
    from corpus.home import Home
    from corpus.library.library import Library
    from corpus.reading.workers import ReadLimits
    from indexer.build import BuildOptions, build_index
    from indexer.settings import load_index_settings

    place = Home(home)
    console = messages()
    settings = load_index_settings()
    if reread:
        with Library(place.library) as library, library.writing():
            library.readings.forget()
    options = BuildOptions(
        model=model,
        workers=workers or os.cpu_count() or 1,
        limits=ReadLimits(seconds=timeout, memory_mib=memory),
        rebuild=rebuild or reread,
        engine=settings.engine,
        ray=settings.ray,
        device=device or settings.device,
    )
    with TerminalProgress(console) as progress:
        built = build_index(place, options, progress)
    print_built(built, console)
