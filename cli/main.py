"""The `evidence` command."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from corpus.errors import EvidenceError
from corpus.home import default_home

EXIT_ERROR: Final = 1
EXIT_INTERRUPTED: Final = 130

app = typer.Typer(
    name="evidence",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Search the evidence of the UK What Works centres.\n\n"
        "Reports go in with `add` and `index`; questions are answered by `ask` in the terminal and "
        "by `serve` in the browser and over HTTP. Results go to standard output, everything else "
        "to standard error."
    ),
    epilog="Exit codes: 0 done, 1 an error (its cause and cure are printed), 2 wrong usage.",
)

HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="EVIDENCE_HOME",
        help="Folder that holds library, index and caches.",
        default_factory=default_home,
        show_default="`.evidence` in the project's folder",
        file_okay=False,
    ),
]


def messages() -> Console:
    """Where everything goes that is no result."""
    return Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command; an error people can act on is printed without a traceback."""
    from cli import commands  # noqa: F401 - registers the commands on `app`

    try:
        app()
    except EvidenceError as error:
        tell(error)
        sys.exit(EXIT_ERROR)
    except OSError as error:
        tell(EvidenceError(f"{error.strerror or error}: {error.filename or 'the system refused'}"))
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        messages().print("Interrupted. What was done so far is kept; the same command goes on.")
        sys.exit(EXIT_INTERRUPTED)


def tell(error: EvidenceError) -> None:
    """Print an error's cause and cure."""
    console = messages()
    console.print("[bold red]Error:[/]", str(error).replace("[", r"\["), soft_wrap=True)
    if error.cure:
        console.print("[bold]Cure:[/]", error.cure.replace("[", r"\["), soft_wrap=True)
