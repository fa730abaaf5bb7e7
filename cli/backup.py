"""`evidence backup` and `evidence restore`: a home as one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import HomeOption, app, messages


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.", dir_okay=False)],
    home: HomeOption,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write library, live index and models into one file (tar), databases and all.

    The service may run meanwhile; `add`, `sync` and `index` wait, or make this wait.

    Example: evidence backup /backups/evidence.tar
    """
    from corpus.home import Home
    from indexer.backup import back_up

    manifest = back_up(Home(home), file, force=force)
    told = f"{len(manifest.files):,} files, {manifest.size / 2**20:,.0f} MiB"
    messages().print(f"Wrote {told} to {file}.", markup=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `evidence backup` wrote.", exists=True)],
    home: HomeOption,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the home that is there: it will be gone.")
    ] = False,
) -> None:
    """Make a home out of a backup; every file is checked before anything is put in place.

    Example: evidence restore /backups/evidence.tar --home /srv/evidence
    """
    from corpus.home import Home
    from indexer.restore import restore as restore_home

    manifest = restore_home(Home(home), file, force=force)
    messages().print(
        f"Restored {len(manifest.files):,} files, as they were at {manifest.made}, to {home}.",
        markup=False,
    )
