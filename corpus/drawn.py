"""The process that draws one page of a PDF.

    python -m corpus.drawn FILE MEMORY_MIB < ORDER

The order is JSON (`corpus.drawing`). Writes the picture to standard output, or, with exit status
1, why there is none.
"""

import json
import sys
from pathlib import Path
from typing import Any

from corpus.drawing import SECONDS, Marked
from corpus.errors import ReadingError
from corpus.reading.pdf.drawing import draw_page
from corpus.reading.workers import end_after, limit_memory
from corpus.types import Box


def main(path: str, memory_mib: str) -> int:
    """Draw within the limits; the exit status."""
    limit_memory(int(memory_mib))
    end_after(SECONDS)
    order = json.load(sys.stdin)
    try:
        marked = _marked(order["marked"])
        picture = draw_page(Path(path), order["page"], width=order["width"], marked=marked)
    except ReadingError as error:
        fault = str(error)
    except MemoryError:
        fault = "Drawing the page takes more memory than allowed."
    except Exception as error:  # noqa: BLE001 - drawing raises anything on damaged files
        fault = f"The page is damaged: {type(error).__name__}."
    else:
        sys.stdout.buffer.write(picture)
        return 0
    sys.stdout.write(fault)
    return 1


def _marked(told: dict[str, Any] | None) -> Marked | None:
    if told is None:
        return None
    sentence = tuple(told["sentence"]) if told["sentence"] else None
    return Marked(told["text"], tuple(Box(**box) for box in told["boxes"]), sentence)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
