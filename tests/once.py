"""What takes long to make is made once in a run of the tests, by whichever worker asks first."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> Path:
    """A folder that all workers share; whoever means to change it takes a copy.

    Args:
        tmp_path_factory: pytest's.
        name: of the folder.
        make: fills the folder, which does not exist yet.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed at it
            make(folder)
            done.touch()
    return folder


def copied(home: Path, to: Path) -> Path:
    """A home to change, whose models are those of the other."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("*.log", "models"))
    (to / "models").symlink_to(home / "models")
    return to
