"""The stores of all parts of a generation, opened together: a file of each stays open."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from search.errors import IndexUnusable
from search.index.store import Store, open_store

SPARE: Final = 512  # files for whatever else a process has open


def open_stores(folders: Sequence[Path]) -> list[Store]:
    """Open the store in each folder, or none.

    Raises:
        IndexUnusable: one is no readable store, or this process may not have so many open.
    """
    _allow_open(len(folders))
    with ExitStack() as opened:
        stores = [opened.enter_context(closing(open_store(folder))) for folder in folders]
        opened.pop_all()
    return stores


def _allow_open(files: int) -> None:
    """Let this process have so many open twice: one index follows another, a build reads one."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = sys.maxsize if hard == resource.RLIM_INFINITY else hard
    if most < files + SPARE:
        raise IndexUnusable(
            f"The index has {files} parts, with a file each to be kept open, and this process may "
            f"have {most} files open.",
            cure="Let it have more: `ulimit -n`, or LimitNOFILE= of its service.",
        )
    wanted = min(most, 2 * files + SPARE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
