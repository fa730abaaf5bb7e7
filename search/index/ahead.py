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
from search.index.dense import FILE_NAME as LISTS
from search.index.dense import VECTORS_NAME as VECTORS
from search.index.layers import FOLDER_NAME as DENSE
from search.index.layers import RECENT_NAME as RECENT
from search.index.lexical import FOLDER_NAME as LEXICAL
from search.index.parts import FOLDER_NAME as PARTS
from search.index.store import FILE_NAME as STORE
from search.index.tokens import RECORDS_NAME as TOKENS

SHARE: Final = 0.75  # of the memory to be had, at most
_AT_ONCE: Final = 1 << 20  # bytes
_MEMORY: Final = Path("/proc/meminfo")
_GROUP: Final = Path("/proc/self/cgroup")  # whose limits are in the folders below
_GROUPS: Final = Path("/sys/fs/cgroup")

#: A file, by device and inode.
Key = tuple[int, int]


def read_ahead(folder: Path, known: Collection[Key], stop: Event) -> frozenset[Key]:
    """Read what questions to a generation need, the most needed first, as far as there is room.

    Args:
        folder: of the generation; files that go meanwhile are passed over.
        known: what an earlier call gave; those files are in memory and take room there.
        stop: leaves off once it is set.

    Returns:
        The files in memory, whole or as far as there was room: those of this generation, and the
        other known ones too where reading was left off.
    """
    room = _room()
    buffer = bytearray(_AT_ONCE)
    here = set[Key]()
    for path in _needed(folder):
        try:
            with FileIO(path) as file:
                status = os.fstat(file.fileno())
                key = (status.st_dev, status.st_ino)
                if key in here:
                    continue
                if key in known:
                    room -= status.st_size
                    here.add(key)
                while key not in here and room > 0:
                    if stop.is_set():
                        return frozenset(here.union(known))
                    count = file.readinto(buffer) or 0
                    room -= count
                    if not count or room <= 0:
                        here.add(key)
        except OSError:
            continue
    return frozenset(here)


def _needed(folder: Path) -> Iterator[Path]:
    for name in (DENSE, RECENT):
        yield from (folder / name / file for file in (LISTS, VECTORS))
    yield from sorted((folder / LEXICAL).glob("*"))
    parts = sorted((folder / PARTS).glob("*"))
    for name in (WORDS, TOKENS, STORE):
        yield from (part / name for part in parts)


def _room() -> int:
    """Bytes to be read at most, known files among them; 0 where no memory is told of."""
    try:
        told = dict(line.split(":") for line in _MEMORY.read_text("ascii").splitlines())
        most = int(told["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError):
        return 0
    for limit in _limits():
        try:
            most = min(most, int(limit.read_text("ascii")))
        except (OSError, ValueError):  # there is none, or it is "max"
            continue
    return int(most * SHARE)


def _limits() -> Iterator[Path]:
    """Where limits of memory are told: of this process's control group and of those around it."""
    try:
        lines = _GROUP.read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        kinds, _, group = line.partition(":")[2].partition(":")
        if kinds and "memory" not in kinds.split(","):
            continue
        top = _GROUPS / "memory" if kinds else _GROUPS  # version 1, or 2
        names = ("memory.limit_in_bytes",) if kinds else ("memory.max", "memory.high")
        place = top / group.strip("/")
        for around in (place, *place.parents):
            if around.is_relative_to(top):
                yield from (around / name for name in names)
