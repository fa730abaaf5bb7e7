"""A file somebody hands in to be compared: read in a process of its own, and not kept.

The reading code is never loaded here: a child process reads, within a limit of time and memory,
and hands back the document as JSON (`corpus.uploaded`).
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import Final

from pydantic import TypeAdapter

from corpus.errors import NotAReport, ReadingError, ReadingLimit
from corpus.types import Document

LARGEST_UPLOAD: Final = 20 * 2**20  # bytes
LONGEST_UPLOAD: Final = 3_000_000  # characters: about 1,000 pages
SECONDS: Final = 60.0
MEMORY_MIB: Final = 2048
LONGEST_NAME: Final = 100  # characters, the last ones
OUTPUT: Final = "document.json"

_READER: Final = "pypdfium2"  # absent from a lean install (requirements-serve.txt), as all are
_UNFIT: Final = re.compile(r"[^\w .()-]")  # of a name: what a path or a command may stumble over
_DOCUMENT: Final = TypeAdapter(Document)


def can_read() -> bool:
    """Whether this installation has what reads files; a lean one has not."""
    return find_spec(_READER) is not None


def read_upload(data: bytes, name: str, *, seconds: float = SECONDS) -> Document:
    """Read a file's bytes by what they are; nothing of it stays on the disk.

    Args:
        data: up to `LARGEST_UPLOAD` bytes.
        name: what it was called; its ending may tell its kind.
        seconds: what reading it may take.

    Raises:
        ReadingError: why it cannot be read, in words for a person.
    """
    if not can_read():
        raise ReadingError(
            "This service was installed without what reads files.",
            cure="Send the abstract as text.",
        )
    if not data:
        raise NotAReport("The file is empty.", cure="Send the file itself.")
    if len(data) > LARGEST_UPLOAD:
        raise ReadingLimit(
            f"The file has {len(data) / 2**20:,.1f} MiB; {LARGEST_UPLOAD // 2**20} are the limit.",
            cure="Send a part of it, or its abstract as text.",
        )
    name = _UNFIT.sub("_", name)[-LONGEST_NAME:] or "upload"
    with tempfile.TemporaryDirectory(prefix="evidence-upload-") as folder:
        path = Path(folder) / f"upload{PurePath(name).suffix.lower()[:8]}"
        path.write_bytes(data)
        return _outcome(_read_apart(path, name, seconds), Path(folder) / OUTPUT)


def _read_apart(path: Path, name: str, seconds: float) -> int:
    """The exit status of the process that read the file."""
    limits = [str(MEMORY_MIB), str(seconds)]
    command = [sys.executable, "-m", "corpus.uploaded", str(path), name, *limits]
    try:
        return subprocess.run(
            command,
            cwd=path.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise ReadingLimit(
            f"Reading it took more than {seconds:g} seconds and was stopped.",
            cure="Send a part of it, or its abstract as text.",
        ) from None


def _outcome(status: int, output: Path) -> Document:
    try:
        told = json.loads(output.read_bytes())
    except (OSError, ValueError):
        raise ReadingError(
            f"Reading it crashed (exit {status}): the file is damaged or too large.",
            cure="Save it anew, or send its abstract as text.",
        ) from None
    if "error" in told:
        raise ReadingError(told["error"], cure=told["cure"])
    return _DOCUMENT.validate_python(told["document"])
