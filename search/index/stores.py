"""The stores of all parts of a generation, opened together, and room for so many open files."""

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from search.errors import IndexUnusable
from search.index.store import Store, open_store

A_PART: Final = 3  # files: store, words, tokens; a mapped file stays open
SPARE: Final = 512  # files for whatever else a process has open
_FEW: Final = 4  # files that a part may take while it is opened


def open_stores(folders: Sequence[Path]) -> list[Store]:
    """Open the store in each folder, or none.

    Raises:
        IndexUnusable: one is no readable store, or this process may not have so many open.
    """
    with ExitStack() as opened, many_files(len(folders)):
        stores = [opened.enter_context(closing(open_store(folder))) for folder in folders]
        opened.pop_all()
    return stores


@contextmanager
def many_files(parts: int) -> Iterator[None]:
    """Around the opening of so many parts: raises this process's limit of open files for them.

    It is raised to what two indexes take, for one follows another, where the system lets it.

    Raises:
        IndexUnusable: no more files may be open.
    """
    limit = _raised(2 * A_PART * parts + SPARE)
    try:
        yield
    except (IndexUnusable, OSError) as error:
        if not (_says_so(error) or _few_left()):
            raise
        raise IndexUnusable(
            f"The index has {parts} parts, of which {A_PART} files each are kept open, and this "
            f"process may have {limit} files open.",
            cure="Let it have more: `ulimit -n`, or LimitNOFILE= of its service.",
        ) from error


def _raised(wanted: int) -> int:
    """The limit of open files, raised to what is wanted where that is more and may be."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):  # a system may have a lower limit than it tells
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _says_so(error: BaseException | None) -> bool:
    """Whether an error came of too many open files."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
            return True
        error = error.__cause__
    return False


def _few_left() -> bool:
    """Whether hardly another file may be opened: SQLite does not say why it cannot."""
    try:
        with ExitStack() as opened:
            for _ in range(_FEW):
                opened.enter_context(Path(os.devnull).open("rb"))
    except OSError:
        return True
    return False
