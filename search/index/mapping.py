"""Files of records that stay on the disk; what is asked for comes into memory."""

import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


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
