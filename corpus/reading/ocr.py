"""Words in pictures of pages, by RapidOCR (PP-OCR models in its wheel): an optional extra.

Nothing is fetched: the models of the default configuration ship with the library.
"""

import functools
import math
import resource
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import ReadingError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INSTALL: Final = "install it with: pip install 'what-works-evidence-search[ocr]'"
MEMORY_MIB: Final = 1_600  # of address space that reading a page takes, libraries included
LONGEST_SIDE: Final = 2_400  # pixels; A4 at 200 dots per inch has 2,339
_SURE: Final = 0.75  # of a line, by the recogniser: below, it is a smudge or a drawing
_TALL: Final = 1.5  # times as high as wide: words that run up or down the page
_FEW: Final = 3  # lines whose direction says nothing of the page's


@dataclass(frozen=True, slots=True)
class SeenLine:
    """Words in a picture: left, top, right, bottom in pixels from the top left.

    `height` is that of the strip of letters, however the line slants.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    height: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read on a picture with fair certainty.

    `sideways`: most lines run up or down. `doubtful`: most could not be read, as on a picture
    that is upside down.
    """

    lines: tuple[SeenLine, ...]
    sideways: bool
    doubtful: bool


def why_no_ocr() -> str | None:
    """Why pictures cannot be read here, with the cure; None where they can."""
    if find_spec("rapidocr") is None:
        return f"OCR is not installed: {INSTALL}"
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY and soft < MEMORY_MIB * 2**20:
        return f"OCR needs {MEMORY_MIB:,} MiB: allow them with --memory"
    return None


def recognise(image: "NDArray[np.uint8]") -> Seen:
    """The lines of a picture, in no promised order.

    Raises:
        ReadingError: the engine failed on it.
    """
    try:
        found = _engine()(image)
    except Exception as error:  # the engine raises its own, OpenCV's and the runtime's alike
        raise ReadingError(
            f"OCR failed on a page: {type(error).__name__}.", cure="Allow more with --memory."
        ) from error
    if found.boxes is None or found.txts is None:
        return Seen((), sideways=False, doubtful=False)
    lines = [_line(*each) for each in zip(found.txts, found.boxes.tolist(), strict=True)]
    sure = [score >= _SURE for score in found.scores]
    tall = sum(line.bottom - line.top > _TALL * (line.right - line.left) for line in lines)
    many = len(lines) > _FEW
    return Seen(
        tuple(line for line, good in zip(lines, sure, strict=True) if good and line.text),
        sideways=many and tall > len(lines) / 2,
        doubtful=many and sum(sure) < len(lines) / 2,
    )


@functools.cache
def _engine() -> Any:  # noqa: ANN401 - RapidOCR has no types
    from rapidocr import RapidOCR  # noqa: PLC0415 - an extra, and slow to import

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": LONGEST_SIDE,
            "Global.use_cls": False,  # it takes long lines that stand upright for upside down
            "Det.limit_type": "max",  # lines are found on a smaller picture than they are read on:
            "Det.limit_side_len": 1_280,  # half the memory, and no more is missed
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # workers share the cores
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _line(text: str, corners: Sequence[tuple[float, float]]) -> SeenLine:
    """A line from its four corners, clockwise from the top left."""
    across = [point[0] for point in corners]
    down = [point[1] for point in corners]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    height = statistics.mean([math.dist((ax, ay), (dx, dy)), math.dist((bx, by), (cx, cy))])
    return SeenLine(" ".join(text.split()), min(across), min(down), max(across), max(down), height)
