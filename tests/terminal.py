"""The `evidence` command: as a stranger runs it, within this process, or begun to be killed."""

import io
import multiprocessing
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final
from unittest.mock import patch

from cli.main import main

#: What a command's process has imported when it begins.
_IMPORTED: Final = [
    "cli.main", "cli.commands", "indexer.adding", "indexer.build", "search.encoder.onnx_encoder",
]  # fmt: skip


def run(home: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own: all that a stranger sees, its start included."""
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; main()", *words],
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, **_environment(home)},
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done


def here(home: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command within this process, which spares its start; a traceback fails the test."""
    out, told = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code: object = 0
    with (
        patch.dict(os.environ, _environment(home)),
        patch.object(sys, "argv", ["evidence", *words]),
        redirect_stdout(out),
        redirect_stderr(told),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    stdout, stderr = (each.buffer.getvalue().decode() for each in (out, told))
    assert isinstance(code, int)
    if check:
        assert code == 0, stderr
    return subprocess.CompletedProcess(words, code, stdout, stderr)


def _environment(home: Path) -> dict[str, str]:
    return {"EVIDENCE_HOME": str(home), "COLUMNS": "100"}


def begin(home: Path, *words: str) -> BaseProcess:
    """Begin a command in a process, and a process group, of its own that has imported all it needs.

    What kills it thus meets it at its work, not at its start.
    """
    process = _ready().Process(target=_command, args=(home, words))
    process.start()
    return process


@cache
def _ready() -> ForkServerContext:
    """What forks such processes; not what this process's readers may be forked from already."""
    forkserver._forkserver._stop()  # type: ignore[attr-defined] # noqa: SLF001 - made for tests
    ready = multiprocessing.get_context("forkserver")
    ready.set_forkserver_preload(_IMPORTED)
    return ready


def _command(home: Path, words: tuple[str, ...]) -> None:
    os.setsid()
    os.environ |= _environment(home)
    sys.argv = ["evidence", *words]
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - as long as the process
    main()
