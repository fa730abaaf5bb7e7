"""Preparing a reranker: exported to ONNX, quantised to eight bits, written in one step."""

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from search.encoder.models import ModelSource, resolve_model
from search.errors import EncoderError
from search.reranker.load import FILE, MODEL_FILE, TOKENIZER_FILE, RerankerRecord, read_record

LONGEST = 224  # word pieces of question and passage together


def prepare_reranker(
    model: str, folder: Path, *, progress: Callable[[str], None] = lambda _message: None
) -> RerankerRecord:
    """Make `folder` hold a reranker of `model`, ready for `load_reranker`.

    Args:
        model: a CrossEncoder's folder, or its name on the hub (needs internet once).
        folder: where to keep it; replaced whole when it holds another model.
        progress: called with each step in words.

    Raises:
        EncoderError: there is no such model, it is no cross-encoder, or `folder` cannot be
            written.
    """
    source = resolve_model(model)
    weights = source.weights_sha256()
    if (folder / FILE).is_file():
        held = read_record(folder)
        if (held.name, held.weights_sha256) == (model, weights):
            return held
    fresh = folder.with_name(f".{folder.name}.new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        record = _write(source, weights, fresh, progress)
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
    record = RerankerRecord(
        name=source.name, weights_sha256=weights, max_tokens=min(most, LONGEST), files=files
    )
    (folder / FILE).write_text(record.model_dump_json(indent=2) + "\n", "utf-8")
    return record
