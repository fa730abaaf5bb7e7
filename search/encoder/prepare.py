"""Preparing an encoder: once, in one step, and never half.

The prepared folder is written beside its place and renamed into it: a preparation that is
killed leaves what was there before, or nothing, and the next one starts afresh.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from search.encoder.head import head_bytes, trained_changes, trained_head
from search.encoder.models import DEFAULT_MODEL, ModelSource, resolve_model
from search.encoder.recipe import ENCODER_FILE, ONNX, RECIPE, EncoderRecord, read_record
from search.encoder.types import EncoderSpec
from search.errors import EncoderError


def _silent(_message: str) -> None:
    """Say nothing."""


def prepare_encoder(
    model: str, folder: Path, *, progress: Callable[[str], None] = _silent
) -> EncoderSpec:
    """Make `folder` hold an encoder of `model`, ready for `load_encoder`.

    The model is exported to ONNX, quantised to eight bits and checked against
    sentence-transformers; one that cannot be exported, or whose export strays from the
    reference, is recorded to be run by sentence-transformers, and `progress` says why.
    Where `folder` already holds it this takes milliseconds.

    Args:
        model: `DEFAULT_MODEL`, a model's folder, or a name on the hub (needs internet once).
        folder: Where to keep it; replaced whole when it holds another model.
        progress: Called with each step in words.

    Raises:
        EncoderError: there is no such model, its weights are not the published ones, it
            cannot be loaded, or `folder` cannot be written.
    """
    held = _held(model, folder)
    if held is not None:
        return held.spec()
    try:
        with _alone(folder):
            held = _held(model, folder)
            if held is None:
                held = _prepare(model, folder, progress)
    except OSError as error:
        raise EncoderError(
            f"The encoder cannot be written to {folder}: {error}",
            cure="Check the folder's permissions and the free disk space (250 MB are needed).",
        ) from error
    return held.spec()


def _held(model: str, folder: Path) -> EncoderRecord | None:
    """The record in `folder`, if it is of this model as it is now and its files are there."""
    if not (folder / ENCODER_FILE).is_file():
        return None
    try:
        record = read_record(folder)
    except EncoderError:  # damaged, or of another version: made anew
        return None
    source = Path(record.source)
    current = (
        record.name == model
        and record.recipe.version == RECIPE
        and _as_trained(model, record)
        and all((folder / name).is_file() for name in record.files)
    )
    if not current:
        return None
    if model != DEFAULT_MODEL and not source.is_dir():
        return record if record.files else None  # what was exported needs its source no more
    at_hand = resolve_model(model) if model == DEFAULT_MODEL else ModelSource(model, source)
    return record if at_hand.stamps() == record.source_stamps else None


def _as_trained(model: str, record: EncoderRecord) -> bool:
    """Whether the record has the head and layers this program brings for the model, if any."""
    head, changes = trained_head(model), trained_changes(model)
    if head is None or record.recipe.runtime != ONNX:
        return True
    brought = [_sha256(head_bytes(head)), _sha256(changes) if changes else None]
    return [record.recipe.head_sha256, record.recipe.layers_sha256] == brought


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _prepare(model: str, folder: Path, progress: Callable[[str], None]) -> EncoderRecord:
    source = resolve_model(model)
    for left in folder.parent.glob(f".{folder.name}.*"):
        if left.is_dir():  # of a preparation that was killed
            shutil.rmtree(left)
    fresh = folder.with_name(f".{folder.name}.new")
    fresh.mkdir(parents=True)
    from search.encoder.conversion import convert  # noqa: PLC0415 - imports torch

    record = convert(source, fresh, progress)
    (fresh / ENCODER_FILE).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if folder.exists():
        folder.rename(folder.with_name(f".{folder.name}.old"))
    fresh.rename(folder)
    shutil.rmtree(folder.with_name(f".{folder.name}.old"), ignore_errors=True)
    return record


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: of two preparations at once the second waits and finds it done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
