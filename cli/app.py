"""The command's frame: its help, the option every command takes, where messages go."""

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from corpus.home import Home, default_home

if TYPE_CHECKING:
    from rich.console import Console

EXIT_ERROR: Final = 1

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


@app.callback()
def evidence() -> None:
    """Let a command stand in its own module: alone, it would have no name of its own."""


def _begun(home: Path) -> Path:
    """The home, where anything of one is in it: to look into another would begin it."""
    Home(home).check_begun()
    return home


_home = partial(
    typer.Option,
    "--home",
    envvar="EVIDENCE_HOME",
    help="Folder that holds library, index and caches.",
    default_factory=default_home,
    show_default="`.evidence` in the project's folder",
    file_okay=False,
)
HomeOption = Annotated[Path, _home()]
#: For commands that have no use for a home that is not begun.
HomeThereOption = Annotated[Path, _home(callback=_begun)]


def messages() -> "Console":
    """Where everything goes that is no result."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def one_thread_a_question() -> None:
    """Let numpy work in the thread that asks; to be called before anything imports numpy.

    What an answer multiplies is small: several threads at it wait for each other, on a busy
    machine for longer than the work takes (docs/performance.md). Several questions still keep
    several cores busy.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@contextmanager
def importing() -> Iterator[None]:
    """Import modules, and open what only reads: an interrupt then ends the process at once.

    One within an import would leave its lock with nobody, and whatever imports beside it waiting.
    No garbage is looked for meanwhile: there is none, and looking takes long.
    """
    raises = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not one that ignores
    ends = raises and threading.current_thread() is threading.main_thread()
    if ends:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
        if ends:
            signal.signal(signal.SIGINT, signal.default_int_handler)
