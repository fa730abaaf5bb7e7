"""The recorded form of a prepared encoder: `encoder.json`, and what its hash covers."""

import hashlib
import json
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from search.encoder.types import EncoderSpec
from search.errors import EncoderError

ENCODER_FILE: Final = "encoder.json"
TOKENIZER_FILE: Final = "tokenizer.json"
MODEL_FILE: Final = "model.onnx"

#: Raised with every change of export, quantisation or tokenisation that changes vectors.
RECIPE: Final = 6

Runtime = Literal["onnx-int8", "sentence-transformers"]
ONNX: Final = "onnx-int8"
REFERENCE: Final = "sentence-transformers"


class _Recorded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ParityFigures(_Recorded):
    """How close the prepared encoder is to sentence-transformers, over fixed texts.

    `neighbours` is the mean share of a text's ten nearest others that both agree on.
    """

    texts: int
    min_cosine: float
    mean_cosine: float
    neighbours: float


class Recipe(_Recorded):
    """What a model's vectors depend on besides its weights and its word pieces."""

    runtime: Runtime
    pooling: str
    query_prompt: str
    document_prompt: str
    max_tokens: int
    head_sha256: str | None = None  # of the token head
    layers_sha256: str | None = None  # of the trained changes of the last layers, if any
    version: int = RECIPE

    def model_hash(self, weights_sha256: str, tokenizer_sha256: str) -> str:
        """The identity of the vectors: equal hashes mean comparable vectors."""
        identity = {
            **self.model_dump(),
            "weights": weights_sha256,
            "tokenizer": tokenizer_sha256,
            "normalise": True,
        }
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


class EncoderRecord(_Recorded):
    """`encoder.json`: what was prepared, from what, how well, and the files it stands on."""

    name: str
    model_hash: str
    dimension: int
    token_dimension: int
    recipe: Recipe
    source: str
    source_stamps: tuple[tuple[str, int, int], ...]
    weights_sha256: str
    files: dict[str, str]  # name beside encoder.json -> SHA-256
    parity: ParityFigures | None
    fallback_reason: str | None
    versions: dict[str, str]
    fitted: bool | None = None  # whether its codes fit a processor without VNNI; None: not known

    def spec(self) -> EncoderSpec:
        """The part that building and asking must agree on."""
        return EncoderSpec(
            name=self.name,
            model_hash=self.model_hash,
            runtime=self.recipe.runtime,
            dimension=self.dimension,
            max_tokens=self.recipe.max_tokens,
            query_prompt=self.recipe.query_prompt,
            document_prompt=self.recipe.document_prompt,
            token_dimension=self.token_dimension,
        )


def read_record(folder: Path) -> EncoderRecord:
    """Read a prepared encoder's record.

    Raises:
        EncoderError: there is none, or it is damaged or of another version of this program.
    """
    try:
        return EncoderRecord.model_validate_json((folder / ENCODER_FILE).read_bytes())
    except FileNotFoundError as error:
        raise EncoderError(
            f"There is no prepared encoder in {folder}.", cure="Run `evidence index` to prepare it."
        ) from error
    except (OSError, ValidationError) as error:
        raise EncoderError(
            f"The prepared encoder in {folder} cannot be read: {error}", cure=prepare_again(folder)
        ) from error


def prepare_again(folder: Path) -> str:
    """The cure for a damaged prepared encoder."""
    return f"Delete {folder} and run `evidence index`; the encoder is then prepared again."
