"""Files that a generation shares with the one before it."""

import os
import shutil
from pathlib import Path


def link(source: Path, target: Path) -> None:
    """Have a file a second time: the same bytes on disk, or a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)


def link_folder(source: Path, target: Path) -> None:
    """Have every file of a folder a second time."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_dir():
            link_folder(path, target / path.name)
        else:
            link(path, target / path.name)
