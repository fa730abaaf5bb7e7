"""Opening a prepared reranker; needs no torch."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from search.errors import EncoderError
from search.reranker.types import Reranker

FILE: Final = "reranker.json"
MODEL_FILE: Final = "model.onnx"
TOKENIZER_FILE: Final = "tokenizer.json"
MOST_PASSAGES: Final = 16


class RerankerRecord(BaseModel):
    """`reranker.json`: what was prepared, and the files it stands on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    weights_sha256: str
    recipe: int = 0  # of the export; 0 where it was not yet written down
    max_tokens: int
    passages: int = Field(MOST_PASSAGES, ge=1)  # to read for a question
    files: dict[str, str]  # name beside reranker.json -> SHA-256


def read_record(folder: Path) -> RerankerRecord:
    """Read a prepared reranker's record.

    Raises:
        EncoderError: there is none, or it is damaged.
    """
    try:
        return RerankerRecord.model_validate_json((folder / FILE).read_bytes())
    except FileNotFoundError as error:
        raise EncoderError(
            f"There is no prepared reranker in {folder}.",
            cure="Run `evidence reranker MODEL` to prepare it.",
        ) from error
    except (OSError, ValidationError) as error:
        raise EncoderError(
            f"The prepared reranker in {folder} cannot be read: {error}",
            cure=f"Delete {folder} and prepare it again.",
        ) from error


def load_reranker(folder: Path, *, threads: int | None = None) -> Reranker:
    """Open the reranker that `prepare_reranker` wrote into `folder`, its hashes verified.

    Raises:
        EncoderError: nothing was prepared there, or it is damaged.
    """
    from search.reranker.onnx_reranker import OnnxReranker  # noqa: PLC0415 - only who reranks

    record = read_record(folder)
    found: dict[str, bytes] = {}
    for name, digest in record.files.items():
        found[name] = (folder / name).read_bytes() if (folder / name).is_file() else b""
        if sha256(found[name]).hexdigest() != digest:
            raise EncoderError(
                f"{folder / name} is damaged.", cure=f"Delete {folder} and prepare it again."
            )
    return OnnxReranker(
        record.name,
        found[TOKENIZER_FILE].decode(),
        found[MODEL_FILE],
        max_tokens=record.max_tokens,
        passages=record.passages,
        threads=threads,
    )
