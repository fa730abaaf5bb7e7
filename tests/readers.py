"""Importable `read` functions that misbehave, for the workers' tests."""

import ctypes
import time
from pathlib import Path

from corpus.errors import NotAReport
from corpus.types import Document, DocumentType, Page


def by_name(path: Path, *, name: str, seconds: float) -> Document:
    """What the name says: hang, eat memory, crash, refuse, raise, or read."""
    match name:
        case "hang":
            time.sleep(seconds + 60)
        case "eat":
            held = [bytearray(50_000_000) for _ in range(1_000)]
            raise AssertionError(len(held))
        case "crash":
            ctypes.string_at(0)
        case "refuse":
            raise NotAReport("It is a picture.", cure="Save it as PDF.")
        case "raise":
            raise AttributeError("no such thing")
    return Document(DocumentType.TEXT, (Page(1, None, path.name, ()),))
