"""The `evidence` command."""

import sys
from typing import Final

import cli.assistants
import cli.backup
import cli.building
import cli.commands
import cli.edit
import cli.export
import cli.feedback
import cli.gather
import cli.judged
import cli.keys
import cli.related
import cli.removing
import cli.reranking  # noqa: F401 - all register their commands on `app`
from cli.app import EXIT_ERROR, app, messages
from corpus.errors import EvidenceError

EXIT_INTERRUPTED: Final = 130


def main() -> None:
    """Run the command; an error people can act on is printed without a traceback."""
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
