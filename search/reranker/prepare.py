"""Preparing a reranker: exported to ONNX, quantised to eight bits, timed, written in one step."""

import shutil
import statistics
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from search.encoder.models import ModelSource, resolve_model
from search.encoder.recipe import RECIPE
from search.errors import EncoderError
from search.reranker.load import (
    FILE,
    MODEL_FILE,
    MOST_PASSAGES,
    TOKENIZER_FILE,
    RerankerRecord,
    load_reranker,
    read_record,
)
from search.reranker.types import Reranker

LONGEST = 224  # word pieces of question and passage together
BUDGET_S: Final = 0.120  # what reading may add to an answer
FEWEST_PASSAGES: Final = 3
_TIMES: Final = 5


def prepare_reranker(
    model: str,
    folder: Path,
    *,
    passages: int | None = None,
    progress: Callable[[str], None] = lambda _message: None,
) -> RerankerRecord:
    """Make `folder` hold a reranker of `model`, ready for `load_reranker`.

    Args:
        model: a CrossEncoder's folder, or its name on the hub (needs internet once).
        folder: where to keep it; replaced whole when it holds another model.
        passages: how many it is to read for a question; None for as many, from `FEWEST_PASSAGES`
            to `MOST_PASSAGES`, as this machine reads within `BUDGET_S`.
        progress: called with each step in words.

    Raises:
        EncoderError: there is no such model, it is no cross-encoder, or `folder` cannot be
            written.
    """
    source = resolve_model(model)
    weights = source.weights_sha256()
    if (folder / FILE).is_file():
        held = read_record(folder)
        if (held.name, held.weights_sha256, held.recipe) == (model, weights, RECIPE):
            return _write_record(folder, held, passages)
    fresh = folder.with_name(f".{folder.name}.new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        record = _write_record(fresh, _write(source, weights, fresh, progress), passages)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    except OSError as error:
        raise EncoderError(
            f"The reranker cannot be written to {folder}: {error}",
            cure="Check the folder's permissions and the free disk space.",
        ) from error
    return record


def _write(
    source: ModelSource, weights: str, folder: Path, progress: Callable[[str], None]
) -> RerankerRecord:
    from search.encoder.quantise import quantise  # noqa: PLC0415 - needs onnx
    from search.reranker.export import export  # noqa: PLC0415 - imports torch

    tokenizer = source.folder / TOKENIZER_FILE
    if not tokenizer.is_file():
        raise EncoderError(
            f"{source.folder} has no {TOKENIZER_FILE}.",
            cure="Save the model's fast tokeniser beside it.",
        )
    progress(f"Exporting the reranker {source.name}")
    exported = folder / "exported.onnx"
    most = export(source.folder, exported)
    progress("Quantising it to eight bits")
    quantise(exported, folder / MODEL_FILE)
    exported.unlink()
    shutil.copyfile(tokenizer, folder / TOKENIZER_FILE)
    files = {
        name: sha256((folder / name).read_bytes()).hexdigest()
        for name in (MODEL_FILE, TOKENIZER_FILE)
    }
    return RerankerRecord(
        name=source.name,
        weights_sha256=weights,
        recipe=RECIPE,
        max_tokens=min(most, LONGEST),
        passages=MOST_PASSAGES,
        files=files,
    )


def _write_record(folder: Path, record: RerankerRecord, passages: int | None) -> RerankerRecord:
    file = folder / FILE
    file.write_text(record.model_dump_json(indent=2) + "\n", "utf-8")
    record = record.model_copy(update={"passages": passages or affordable(load_reranker(folder))})
    file.write_text(record.model_dump_json(indent=2) + "\n", "utf-8")
    return record


def affordable(reranker: Reranker) -> int:
    """How many passages of full length this machine reads within `BUDGET_S`, all cores at it."""
    texts = ["the programme was tried in ten schools and compared with others " * LONGEST] * 8
    took = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        reranker.score("Does the programme work, and is it worth the money?", texts)
        took.append(time.perf_counter() - start)
    found = int(BUDGET_S / (statistics.median(took) / len(texts)))
    return min(max(found, FEWEST_PASSAGES), MOST_PASSAGES)
