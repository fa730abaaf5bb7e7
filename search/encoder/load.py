"""Opening a prepared encoder."""

import hashlib
from pathlib import Path

from search.encoder.models import ModelSource
from search.encoder.recipe import (
    MODEL_FILE,
    ONNX,
    TOKENIZER_FILE,
    EncoderRecord,
    prepare_again,
    read_record,
)
from search.encoder.types import Encoder
from search.errors import EncoderError


def load_encoder(folder: Path, *, threads: int | None = None) -> Encoder:
    """Open the encoder that `prepare_encoder` wrote into `folder`, its hashes verified.

    The ONNX runtime imports neither torch nor transformers; the fallback imports both.

    Args:
        folder: Holds encoder.json.
        threads: Texts encoded at the same time; the cores at hand when None. Without
            effect on the fallback, whose threads torch governs.

    Raises:
        EncoderError: nothing was prepared there, or it is damaged.
    """
    record = read_record(folder)
    if record.recipe.runtime != ONNX:
        return _load_reference(record, folder)
    from search.encoder.onnx_encoder import OnnxEncoder  # noqa: PLC0415 - the fallback needs none

    tokenizer = _verified(folder, TOKENIZER_FILE, record)
    model = _verified(folder, MODEL_FILE, record)
    return OnnxEncoder(record.spec(), tokenizer.decode("utf-8"), model, threads=threads)


def _load_reference(record: EncoderRecord, folder: Path) -> Encoder:
    source = ModelSource(record.name, Path(record.source))
    if source.weights_sha256() != record.weights_sha256:
        raise EncoderError(
            f"The weights in {source.folder} have changed since the encoder was prepared.",
            cure=prepare_again(folder),
        )
    from search.encoder.reference import (  # noqa: PLC0415 - imports torch
        SentenceTransformerEncoder,
        load_sentence_transformer,
    )

    return SentenceTransformerEncoder(load_sentence_transformer(source.folder), record.spec())


def _verified(folder: Path, name: str, record: EncoderRecord) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise EncoderError(
            f"{folder / name} cannot be read: {error}", cure=prepare_again(folder)
        ) from error
    if hashlib.sha256(content).hexdigest() != record.files.get(name):
        raise EncoderError(f"{folder / name} is damaged.", cure=prepare_again(folder))
    return content
