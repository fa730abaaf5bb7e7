"""Opening a prepared encoder."""

import hashlib
import logging
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from search.encoder.models import ModelSource
from search.encoder.processor import has_vnni, lacks_vnni
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

_SHARE: Final = 2  # more were not measured: a question is a dozen rows
_log: Final = logging.getLogger(__name__)


def load_encoder(folder: Path, *, threads: int | None = None, together: int = 1) -> Encoder:
    """Open the encoder that `prepare_encoder` wrote into `folder`, its hashes verified.

    The ONNX runtime imports neither torch nor transformers; the fallback imports both. One that
    was prepared for another kind of processor is opened, and warned of.

    Args:
        folder: Holds encoder.json.
        threads: Texts encoded at the same time; the cores at hand when None. Without
            effect on the fallback, whose threads torch governs.
        together: Threads that share the work of one text, as `for_questions` tells it where
            texts come one by one; without effect on vectors, and on the fallback.

    Raises:
        EncoderError: nothing was prepared there, or it is damaged.
    """
    record = read_record(folder)
    if record.recipe.runtime != ONNX:
        return _load_reference(record, folder)
    from search.encoder.onnx_encoder import OnnxEncoder  # noqa: PLC0415 - the fallback needs none

    if record.fitted is False and lacks_vnni():
        _log.warning(
            "The encoder in %s was prepared on a processor with VNNI, and this one has none: its "
            "vectors are a little less exact here. %s",
            folder,
            prepare_again(folder),
        )
    with _verified(folder, TOKENIZER_FILE, record) as tokenizer:
        words = tokenizer.read_text(encoding="utf-8")
    with _verified(folder, MODEL_FILE, record) as model:
        return OnnxEncoder(record.spec(), words, model, threads=threads, together=together)


def for_questions() -> int:
    """The threads that share a question: two, where there are as many cores.

    One where they have VNNI: two are hardly quicker there, and take more of both cores.
    """
    if has_vnni():
        return 1
    return min(_SHARE, len(os.sched_getaffinity(0)))


def verified_source(record: EncoderRecord, folder: Path) -> Path:
    """The folder of the model that was prepared in `folder`, its weights verified.

    Raises:
        EncoderError: they are not those that were prepared, or have gone.
    """
    source = ModelSource(record.name, Path(record.source))
    if source.weights_sha256() != record.weights_sha256:
        raise EncoderError(
            f"The weights in {source.folder} have changed since the encoder was prepared.",
            cure=prepare_again(folder),
        )
    return source.folder


def _load_reference(record: EncoderRecord, folder: Path) -> Encoder:
    source = verified_source(record, folder)
    from search.encoder.reference import (  # noqa: PLC0415 - imports torch
        SentenceTransformerEncoder,
        load_sentence_transformer,
    )

    return SentenceTransformerEncoder(load_sentence_transformer(source), record.spec())


@contextmanager
def _verified(folder: Path, name: str, record: EncoderRecord) -> Iterator[Path]:
    """A file that is as it was prepared, and still is when it has been opened by its name."""
    path = folder / name
    try:
        with path.open("rb") as file:
            if _sha256(file.fileno()) != record.files.get(name):
                raise EncoderError(f"{path} is damaged.", cure=prepare_again(folder))
            yield path
            if not os.path.samestat(os.fstat(file.fileno()), path.stat()):
                raise EncoderError(f"{path} was replaced meanwhile.", cure="Try again.")
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {error}", cure=prepare_again(folder)) from error


def _sha256(file: int) -> str:
    """In one step, which lets other threads run; of an empty file too."""
    if os.fstat(file).st_size == 0:
        return hashlib.sha256().hexdigest()
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as content:
        return hashlib.sha256(content).hexdigest()
