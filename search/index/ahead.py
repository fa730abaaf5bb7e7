"""A generation's files read into memory before questions need them.

They are mapped, and a question reads here and there in them: what the system does not hold in
memory comes from the disk page by page. A file read from one end to the other comes many times
as quickly, and the system gives such memory back to whoever asks for it.
"""

import os
from collections.abc import Collection, Iterator
from io import FileIO
from pathlib import Path
from threading import Event
from typing import Final

from search.index.counted import RECORDS_NAME as WORDS
from search.index.layers import FOLDER_NAME as DENSE
from search.index.layers import RECENT_NAME as RECENT
from search.index.lexical import FOLDER_NAME as LEXICAL
from search.index.parts import FOLDER_NAME as PARTS
from search.index.store import FILE_NAME as STORE
from search.index.tokens import RECORDS_NAME as TOKENS

SHARE: Final = 0.75  # of the memory to be had, at most
_AT_ONCE: Final = 1 << 20  # bytes
_MEMORY: Final = Path("/proc/meminfo")
_LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),  # of a container, version 2 and 1
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def read_ahead(
    folder: Path, known: Collection[tuple[int, int]], stop: Event
) -> frozenset[tuple[int, int]]:
    """Read what questions to a generation need, the most needed first.

    Args:
        folder: of the generation; files that go meanwhile are passed over.
        known: files that were read before, by device and inode.
        stop: leaves off once it is set.

    Returns:
        The files that were read now or before, whole or as far as there was room.
    """
    room = _room()
    buffer = bytearray(_AT_ONCE)
    here = set()
    for path in _needed(folder):
        try:
            with FileIO(path) as file:
                status = os.fstat(file.fileno())
                key = (status.st_dev, status.st_ino)
                if key in known or room > 0:
                    here.add(key)
                while key not in known and room > 0 and (count := file.readinto(buffer)):
                    room -= count
                    if stop.is_set():
                        return frozenset(here)
        except OSError:
            continue
    return frozenset(here)


def _needed(folder: Path) -> Iterator[Path]:
    for name in (DENSE, RECENT, LEXICAL):
        yield from sorted((folder / name).glob("*"))
    parts = sorted((folder / PARTS).glob("*"))
    for name in (WORDS, TOKENS, STORE):
        yield from (part / name for part in parts)


def _room() -> int:
    """Bytes that may be read: of the memory that is free or easily freed; 0 where none is told."""
    try:
        told = dict(line.split(":") for line in _MEMORY.read_text("ascii").splitlines())
        most = int(told["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError):
        return 0
    for limit in _LIMITS:
        try:
            most = min(most, int(limit.read_text("ascii")))
        except (OSError, ValueError):
            continue
    return int(most * SHARE)
