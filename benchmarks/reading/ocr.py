"""How many words OCR gets wrong, against the text layer of the same pages.

    python -m benchmarks.reading.ocr REPORTS [--pages 12] [--seed ""]

Pages with at least 150 words in their text layer, one a report, chosen by a hash of the file's
name, are drawn at 200 dots per inch into PDFs of one picture each: as they are, and lightly
degraded (turned by 0.7 degrees, noise, JPEG quality 40). Both are read as any scan would be,
in a worker with the limits that reading has. Errors are counted on words without case and
outer punctuation, in reading order; `missed` and `invented` leave the order aside. Prints
versions, settings and figures.
"""

import argparse
import hashlib
import io
import os
import platform
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from corpus.errors import ReadingError
from corpus.reading.pdf.reader import read_pdf
from corpus.reading.read import read_file
from corpus.reading.workers import ReadJob, ReadLimits, read_many

DOTS: Final = 200
ENOUGH_WORDS: Final = 150
TURN: Final = 0.7  # degrees
NOISE: Final = 12.0  # standard deviation, of 255
QUALITY: Final = {"clean": 92, "degraded": 40}  # of JPEG
LIMITS: Final = ReadLimits()

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sample:
    """A page of a report as a PDF of its own, and the words of its text layer."""

    name: str
    data: bytes
    words: list[str]


@dataclass(frozen=True, slots=True)
class Score:
    """How a page was read, in shares of its words."""

    errors: float
    missed: float
    invented: float
    words: int
    seconds: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--seed", default="", help="Another one chooses other pages.")
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, one used; Python "
        f"{platform.python_version()}, rapidocr {version('rapidocr')}, onnxruntime "
        f"{version('onnxruntime')}; {DOTS} dots an inch; limits {LIMITS}"
    )
    samples = chosen(options.reports, options.pages, options.seed)
    for variant in QUALITY:
        print(f"\n{variant}: errors, missed, invented, words, seconds")
        scores = measured(samples, variant)
        for sample, score in zip(samples, scores, strict=True):
            print(f"{shown(score)}  {sample.name}")
        print(f"{shown(overall(scores))}  overall, by words; seconds a page")


def chosen(reports: Path, count: int, seed: str) -> list[Sample]:
    """One page of each report whose name hashes lowest, until there are enough."""
    files = sorted(reports.glob("*.pdf"), key=lambda file: digest(seed + file.name))
    samples: list[Sample] = []
    for file in files:
        if len(samples) < count and (sample := first_full_page(file, seed)):
            samples.append(sample)
    return samples


def first_full_page(file: Path, seed: str) -> Sample | None:
    """The first page with words enough, from one the hash of the name says, round the file."""
    with pdfium.PdfDocument(file) as whole:
        start = digest(file.name + seed) % len(whole)
        for step in range(len(whole)):
            number = (start + step) % len(whole)
            with pdfium.PdfDocument.new() as part:
                part.import_pages(whole, [number])
                part.save(buffer := io.BytesIO())
            words = words_of(buffer.getvalue())
            if len(words) >= ENOUGH_WORDS:
                return Sample(f"{file.name} page {number + 1}", buffer.getvalue(), words)
    return None


def digest(text: str) -> int:
    """A number that hangs on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def words_of(data: bytes) -> list[str]:
    """The words of a one-page PDF by its text layer; none where it has no text layer."""
    try:
        page = read_pdf(data, name="reference", seconds=0).pages[0]
    except ReadingError:
        return []
    return [] if page.needs_ocr else folded(page.text)


def folded(text: str) -> list[str]:
    """Words without case and outer punctuation; what is punctuation alone is no word."""
    bare = ("".join(c for c in word.casefold() if c.isalnum()) for word in text.split())
    return [word for word in bare if word]


def measured(samples: list[Sample], variant: str) -> list[Score]:
    """Every sample drawn, read in a worker and compared."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = list(drawn(samples, variant, Path(folder)))
        found = {o.key: o for o in read_many(jobs, workers=1, limits=LIMITS, read=read_file)}
    scores = []
    for sample in samples:
        outcome = found[sample.name]
        if outcome.found is None:
            print(f"{sample.name}: {outcome.error}")
        text = outcome.found.pages[0].text if outcome.found else ""
        scores.append(compared(sample.words, folded(text), outcome.seconds))
    return scores


def drawn(samples: list[Sample], variant: str, folder: Path) -> Iterator[ReadJob]:
    """A PDF of one picture for each sample."""
    for number, sample in enumerate(samples):
        path = folder / f"{number}.pdf"
        with pdfium.PdfDocument(sample.data) as file:
            image = file[0].render(scale=DOTS / 72).to_numpy()[:, :, :3]
        if variant == "degraded":
            image = degraded(image, number)
        _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY[variant]])
        path.write_bytes(picture_pdf(jpeg.tobytes(), image.shape[1], image.shape[0]))
        yield ReadJob(sample.name, path, path.name)


def degraded(image: Picture, seed: int) -> Picture:
    """A picture a little askew, with noise."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), TURN, 1.0)
    turned = cv2.warpAffine(image, matrix, (width, height), borderValue=(255, 255, 255))
    noise = np.random.default_rng(seed).normal(0, NOISE, turned.shape)
    noisy: Picture = np.clip(turned + noise, 0, 255).astype(np.uint8)
    return noisy


def picture_pdf(jpeg: bytes, width: int, height: int) -> bytes:
    """A PDF of one page that is all picture."""
    with pdfium.PdfDocument.new() as file:
        page = file.new_page(width * 72 / DOTS, height * 72 / DOTS)
        image = pdfium.PdfImage.new(file)
        image.load_jpeg(io.BytesIO(jpeg), inline=True)
        image.set_matrix(pdfium.PdfMatrix().scale(*page.get_size()))
        page.insert_obj(image)
        page.gen_content()
        file.save(buffer := io.BytesIO())
    return buffer.getvalue()


def compared(truth: list[str], found: list[str], seconds: float) -> Score:
    """Errors of words found, against the true ones."""
    missed = (Counter(truth) - Counter(found)).total()
    invented = (Counter(found) - Counter(truth)).total()
    edits = Levenshtein.distance(truth, found)
    count = len(truth)
    return Score(edits / count, missed / count, invented / count, count, seconds)


def overall(scores: list[Score]) -> Score:
    """Each page by its words; seconds of a page on average."""
    weights = [score.words for score in scores]
    return Score(
        statistics.fmean((score.errors for score in scores), weights),
        statistics.fmean((score.missed for score in scores), weights),
        statistics.fmean((score.invented for score in scores), weights),
        sum(weights),
        statistics.fmean(score.seconds for score in scores),
    )


def shown(score: Score) -> str:
    """A line of the table."""
    return (
        f"{score.errors:7.2%} {score.missed:7.2%} {score.invented:7.2%} {score.words:6,} "
        f"{score.seconds:6.1f}"
    )


if __name__ == "__main__":
    main()
