"""The `evidence` command."""

import sys
from importlib import import_module
from typing import Final

from cli.app import EXIT_ERROR, app, importing, messages
from corpus.errors import EvidenceError

#: The module of each command.
COMMANDS: Final = {
    "mcp": "assistants",
    "backup": "backup",
    "restore": "backup",
    "add": "building",
    "index": "building",
    "ask": "commands",
    "status": "commands",
    "doctor": "commands",
    "serve": "serving",
    "edit": "edit",
    "export": "export",
    "sync": "gather",
    "centres": "gather",
    "evaluate": "judged",
    "keys": "keys",
    "related": "related",
    "remove": "removing",
    "reranker": "reranking",
    "feedback": "feedback",
}
EXIT_INTERRUPTED: Final = 130


def main() -> None:
    """Run the command; an error people can act on is printed without a traceback."""
    try:
        register(sys.argv[1] if len(sys.argv) > 1 else "")
        app()
    except EvidenceError as error:
        tell(error)
        sys.exit(EXIT_ERROR)
    except OSError as error:
        tell(EvidenceError(f"{error.strerror or error}: {error.filename or 'the system refused'}"))
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        _tell_interrupted()
        sys.exit(EXIT_INTERRUPTED)
    except SystemExit as end:  # which typer makes of an interrupt, without a word
        if end.code == EXIT_INTERRUPTED:
            _tell_interrupted()
        raise


def _tell_interrupted() -> None:
    messages().print("Interrupted. What was done so far is kept; the same command goes on.")


def register(asked: str = "") -> None:
    """Import the command that is asked for; all of them where it is none, as for the help."""
    with importing():
        for module in [COMMANDS[asked]] if asked in COMMANDS else dict.fromkeys(COMMANDS.values()):
            import_module(f"cli.{module}")


def tell(error: EvidenceError) -> None:
    """Print an error's cause and cure."""
    console = messages()
    console.print("[bold red]Error:[/]", str(error).replace("[", r"\["), soft_wrap=True)
    if error.cure:
        console.print("[bold]Cure:[/]", error.cure.replace("[", r"\["), soft_wrap=True)
