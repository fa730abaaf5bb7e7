"""The process that reads one uploaded file.

    python -m corpus.uploaded PATH NAME MEMORY_MIB SECONDS

Writes `document.json` beside the file: the document, or the error and its cure.
"""

import json
import resource
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from corpus.errors import ReadingError
from corpus.metadata.claims import resolve
from corpus.metadata.titles import claims_of_title
from corpus.reading.read import read_file
from corpus.reading.workers import end_after, limit_memory
from corpus.types import Document
from corpus.uploads import LONGEST_UPLOAD, OUTPUT

LARGEST_OUTPUT: Final = 128 * 2**20  # bytes of any file the process writes
_DOCUMENT: Final = TypeAdapter(Document)


def main(path: str, name: str, memory_mib: str, seconds: str) -> None:
    """Read within the limits; tell what came of it."""
    limit_memory(int(memory_mib))
    end_after(float(seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    file = Path(path)
    (file.parent / OUTPUT).write_text(
        json.dumps(_told(file, name, float(seconds))), encoding="utf-8"
    )


def _told(file: Path, name: str, seconds: float) -> dict[str, Any]:
    try:
        document = read_file(file, name=name, seconds=seconds)
        length = sum(len(page.text) for page in document.pages)
        if length > LONGEST_UPLOAD:
            told = f"The file has {length:,} characters; {LONGEST_UPLOAD:,} are the limit."
            return {"error": told, "cure": "Send a part of it, or its abstract as text."}
        document = replace(document, title=resolve(tuple(claims_of_title(document))).title)
        return {"document": _DOCUMENT.dump_python(document, mode="json")}
    except ReadingError as error:
        return {"error": str(error), "cure": error.cure}
    except MemoryError:
        return {"error": "Reading it takes more memory than allowed.", "cure": None}
    except RecursionError:
        return {"error": "The file is nested too deeply to be read.", "cure": None}
    except Exception as error:  # noqa: BLE001 - parsers raise anything on damaged files
        told = f"The file is damaged: {type(error).__name__}: {str(error)[:300]}"
        return {"error": told, "cure": "Save it anew, or send its abstract as text."}


if __name__ == "__main__":
    main(*sys.argv[1:])
