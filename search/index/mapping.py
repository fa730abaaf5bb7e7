"""Files of records: those that stay on the disk, and those that numpy wrote, read quickly."""

import mmap
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

_NPY: Final = b"\x93NUMPY\x01\x00"


def mapped(path: Path, kind: DTypeLike, *, scattered: bool = False) -> NDArray[Any]:
    """The records of a file, shape (records,), which cannot be changed.

    `numpy.memmap` does the same in four times as long, and an index has hundreds of files.

    Args:
        path: of the file, which may be empty.
        kind: of a record.
        scattered: of what lies around a record that is asked for, none is read.

    Raises:
        OSError, ValueError: there is no such file, or it is no whole number of records.
    """
    with path.open("rb") as file:
        if not path.stat().st_size:
            return np.empty(0, kind)
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if scattered:
        held.madvise(mmap.MADV_RANDOM)
    return np.frombuffer(held, kind)


def saved(path: Path, kind: DTypeLike) -> NDArray[Any]:
    """The array of one dimension that `numpy.save` wrote, in memory; it cannot be changed.

    `numpy.load` does the same in nearly twice the time, and an index has hundreds of files.

    Args:
        path: of the file.
        kind: of a number or record.

    Raises:
        OSError, ValueError: there is no such file, or it holds something else.
    """
    content = path.read_bytes()
    before = len(_NPY) + 2  # bytes: which format, and the length of the header
    start = before + int.from_bytes(content[len(_NPY) : before], "little")
    descr = np.lib.format.dtype_to_descr(np.dtype(kind))
    found = (
        np.frombuffer(content, kind, offset=start) if len(content) > start else np.empty(0, kind)
    )
    told = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': ({len(found)},)"
    if (
        len(content) < start
        or content[: len(_NPY)] != _NPY
        or not content[before:start].startswith(told.encode())
    ):
        raise ValueError(f"{path} is not an array of {descr}")
    return found
