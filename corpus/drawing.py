"""Pages of PDFs as pictures, with a passage marked: drawn in a process apart, kept on disk.

The drawing code is never loaded here: a child process draws, within a limit of time and memory,
and hands back the picture (`corpus.drawn`).
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from corpus.errors import ReadingError, ReadingLimit
from corpus.types import Box

MEDIA_TYPE: Final = "image/webp"
SECONDS: Final = 20.0
MEMORY_MIB: Final = 1024
LARGEST_STORE: Final = 256 * 2**20  # bytes of pictures kept; the longest unused go first
PRUNE_EVERY: Final = 50  # pictures drawn
VERSION: Final = 1  # raised when the same order comes out as another picture
_ANOTHER: Final = "Open the file itself instead."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Marked:
    """What to mark on a page: a passage, or the part of it that stands there.

    `text` is verbatim, `boxes` are those of its printed lines in reading order, in points of the
    unrotated page; `sentence` has the characters of `text` that answer, marked more strongly.
    """

    text: str
    boxes: tuple[Box, ...]
    sentence: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class DrawOrder:
    """A page to draw: physical number from 1, `width` in pixels.

    `sha256` is that of the file's bytes; pictures are kept by it.
    """

    file: Path
    sha256: str
    page: int
    width: int
    marked: Marked | None = None

    @property
    def key(self) -> str:
        """What the same picture is always kept under."""
        marked = asdict(self.marked) if self.marked else None
        told = json.dumps([VERSION, self.sha256, self.page, self.width, marked])
        return sha256(told.encode()).hexdigest()


class Drawings:
    """Draws pages, and keeps them below a folder. Safe to share by threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drawn = 0

    def draw(self, order: DrawOrder) -> bytes:
        """The page as a WebP picture.

        Raises:
            ReadingError: it cannot be drawn: the file is damaged or gone, or has no such page.
            ReadingLimit: it takes too long.
        """
        kept = self._folder / order.key[:2] / f"{order.key}.webp"
        try:
            picture = kept.read_bytes()
            os.utime(kept)
        except OSError:
            picture = _draw_apart(order)
            self._keep(kept, picture)
        return picture

    def has(self, order: DrawOrder) -> bool:
        """Whether that picture is kept already."""
        return (self._folder / order.key[:2] / f"{order.key}.webp").is_file()

    def _keep(self, path: Path, picture: bytes) -> None:
        """Write whole or not at all; a disk that cannot be written only costs drawing it anew."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
                file.write(picture)
            Path(file.name).replace(path)
            self._drawn += 1
            if self._drawn % PRUNE_EVERY == 0:
                prune(self._folder, LARGEST_STORE)
        except OSError as error:
            _log.warning("A drawn page cannot be kept: %s", error)


def prune(folder: Path, most: int) -> None:
    """Delete the longest unused pictures until at most `most` bytes are left."""
    found = []
    for path in folder.rglob("*.webp"):
        try:
            known = path.stat()
        except FileNotFoundError:  # another process prunes too
            continue
        found.append((known.st_mtime, known.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found, key=lambda each: each[0]):
        if total <= most:
            return
        path.unlink(missing_ok=True)
        total -= size


def _draw_apart(order: DrawOrder) -> bytes:
    told = {
        "page": order.page,
        "width": order.width,
        "marked": asdict(order.marked) if order.marked else None,
    }
    command = [sys.executable, "-m", "corpus.drawn", str(order.file), str(MEMORY_MIB)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(told).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ReadingLimit(
            f"Drawing the page took more than {SECONDS:g} seconds and was stopped.", cure=_ANOTHER
        ) from None
    if done.returncode == 0:
        return done.stdout
    told_why = done.stdout.decode(errors="replace")
    raise ReadingError(
        told_why or f"Drawing the page crashed (exit {done.returncode}): the file is damaged.",
        cure=_ANOTHER,
    )
