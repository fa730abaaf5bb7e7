"""What Office files have in common: they are archives, and may be bombs or damaged."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from corpus.errors import ReadingError, ReadingLimit

LARGEST: Final = 300 * 2**20  # bytes, unpacked
_DAMAGE: Final = (zipfile.BadZipFile, KeyError, ValueError, SyntaxError)


@contextmanager
def office_file(
    data: bytes, what: str, *, damage: type[Exception], program: str
) -> Iterator[io.BytesIO]:
    """An Office file as a stream to open; what its reader stumbles over is told as damage.

    Args:
        data: its bytes.
        what: what it is, for messages.
        damage: the reader's own error.
        program: what could save it again.

    Raises:
        ReadingLimit: it unpacks to more than 300 MiB.
        ReadingError: it cannot be opened.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > LARGEST:
            raise ReadingLimit(
                f"The {what} unpacks to more than {LARGEST // 2**20} MiB.",
                cure=f"Reduce its images in {program}, or save it as PDF.",
            )
        yield io.BytesIO(data)
    except (*_DAMAGE, damage) as error:
        raise ReadingError(
            f"The {what} cannot be opened: {error}.",
            cure=f"Open and save it in {program} again.",
        ) from error
