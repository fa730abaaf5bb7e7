"""From a model's folder to a prepared encoder's files. Imports torch."""

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from search.encoder import parity
from search.encoder.export import CannotExport, export, pooling_of
from search.encoder.head import (
    head_bytes,
    principal_head,
    sample_texts,
    trained_changes,
    trained_head,
)
from search.encoder.head_graph import add_head
from search.encoder.models import ModelSource, sha256
from search.encoder.onnx_encoder import OnnxEncoder
from search.encoder.quantise import quantise
from search.encoder.recipe import (
    MODEL_FILE,
    ONNX,
    REFERENCE,
    TOKENIZER_FILE,
    EncoderRecord,
    ParityFigures,
    Recipe,
    Runtime,
)
from search.encoder.reference import (
    SentenceTransformerEncoder,
    load_sentence_transformer,
    prompts_of,
)
from search.encoder.token_layers import trained_layers
from search.encoder.types import EncoderSpec, Vectors
from search.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch.nn import ModuleList

_FILES: Final = (MODEL_FILE, TOKENIZER_FILE)
_PACKAGES: Final = (
    "torch",
    "transformers",
    "sentence-transformers",
    "onnx",
    "onnxruntime",
    "tokenizers",
)


class Conversion:
    """One model on its way from its source to a folder of prepared files."""

    def __init__(self, source: ModelSource, folder: Path, progress: Callable[[str], None]) -> None:
        self.source = source
        self.folder = folder
        self.progress = progress
        progress(f"Checking the weights of {source.name}")
        self.weights = source.weights_sha256()
        progress("Loading the model with sentence-transformers")
        self.model = load_sentence_transformer(source.folder, eager=True)
        self.tokenizer = _tokenizer_json(self.model)

    def to_onnx(self) -> EncoderRecord:
        """Export, quantise and check.

        Raises:
            CannotExport: the model is not of a shape that can be exported, or its export
                is too far from the reference.
        """
        pooling = pooling_of(self.model)
        exported, quantised = self.folder / "float32.onnx", self.folder / MODEL_FILE
        self.progress("Exporting to ONNX")
        export(self.model, pooling, self._layers(), exported)
        self.progress("Quantising to eight bits")
        fitted = quantise(exported, quantised)
        exported.unlink()
        (self.folder / TOKENIZER_FILE).write_text(self.tokenizer, encoding="utf-8")
        head = self._head(pooling)
        add_head(self.folder / MODEL_FILE, head)
        recipe = self._recipe(ONNX, pooling, hashlib.sha256(head_bytes(head)).hexdigest())
        self.progress("Comparing with sentence-transformers")
        figures = self._compared(self._spec(recipe, head.shape[1]))
        self.progress(
            f"Cosine to the reference {figures.mean_cosine:.4f} on average, "
            f"{figures.min_cosine:.4f} at least"
        )
        files = {name: sha256(self.folder / name) for name in _FILES}
        record = self._record(
            recipe, files=files, figures=figures, reason=None, tokens=head.shape[1]
        )
        return record.model_copy(update={"fitted": fitted})

    def to_reference(self, reason: str) -> EncoderRecord:
        """Record that sentence-transformers is to run the model, and why."""
        self.progress(f"{self.source.name} stays with sentence-transformers (slower): {reason}")
        for name in (*_FILES, "float32.onnx"):
            (self.folder / name).unlink(missing_ok=True)
        recipe = self._recipe(REFERENCE, "the model's own", None)
        return self._record(recipe, files={}, figures=None, reason=reason)

    def _head(self, pooling: str) -> Vectors:
        """The trained token head, or principal components."""
        trained = trained_head(self.source.name)
        if trained is not None:
            return trained
        spec = self._spec(self._recipe(ONNX, pooling, None), 0)
        return principal_head(self._opened(spec).hidden_vectors(sample_texts()))

    def _layers(self) -> "ModuleList":
        """The last layers as they were trained for the model's token vectors."""
        transformer = self.model.transformers_model
        if transformer is None:
            raise CannotExport("it has no transformer")
        return trained_layers(self.source.name, transformer)

    def _opened(self, spec: EncoderSpec) -> OnnxEncoder:
        return OnnxEncoder(spec, self.tokenizer, self.folder / MODEL_FILE)

    def _compared(self, spec: EncoderSpec) -> ParityFigures:
        try:
            encoder = self._opened(spec)
            figures = parity.compare(encoder, SentenceTransformerEncoder(self.model, spec))
        except EncoderError as error:
            raise CannotExport(f"its export does not run: {error}") from error
        faults = parity.faults(figures)
        if faults:
            raise CannotExport(f"its export strays from the reference: {', '.join(faults)}")
        return figures

    def _recipe(self, runtime: Runtime, pooling: str, head: str | None) -> Recipe:
        query_prompt, document_prompt = prompts_of(self.model)
        changes = trained_changes(self.source.name)
        return Recipe(
            runtime=runtime,
            pooling=pooling,
            query_prompt=query_prompt,
            document_prompt=document_prompt,
            max_tokens=int(self.model.max_seq_length or 0),
            head_sha256=head,
            layers_sha256=hashlib.sha256(changes).hexdigest() if changes and head else None,
        )

    def _spec(self, recipe: Recipe, tokens: int) -> EncoderSpec:
        return self._record(recipe, files={}, figures=None, reason=None, tokens=tokens).spec()

    def _record(
        self,
        recipe: Recipe,
        *,
        files: dict[str, str],
        figures: ParityFigures | None,
        reason: str | None,
        tokens: int = 0,
    ) -> EncoderRecord:
        tokenizer_sha256 = hashlib.sha256(self.tokenizer.encode("utf-8")).hexdigest()
        return EncoderRecord(
            name=self.source.name,
            model_hash=recipe.model_hash(self.weights, tokenizer_sha256),
            dimension=int(self.model.get_embedding_dimension() or 0),
            token_dimension=tokens,
            recipe=recipe,
            source=str(self.source.folder),
            source_stamps=self.source.stamps(),
            weights_sha256=self.weights,
            files=files,
            parity=figures,
            fallback_reason=reason,
            versions={name: version(name) for name in _PACKAGES},
        )


def convert(source: ModelSource, folder: Path, progress: Callable[[str], None]) -> EncoderRecord:
    """Write a prepared encoder's files (all but encoder.json) into an empty folder.

    Raises:
        EncoderError: the model's weights are wrong, or it cannot be loaded at all.
    """
    conversion = Conversion(source, folder, progress)
    try:
        return conversion.to_onnx()
    except CannotExport as error:
        return conversion.to_reference(str(error))


def _tokenizer_json(model: "SentenceTransformer") -> str:
    """The tokeniser as it is used, which may differ from the model folder's tokenizer.json."""
    tokenizer = type(model.tokenizer.backend_tokenizer).from_str(
        model.tokenizer.backend_tokenizer.to_str()
    )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return str(tokenizer.to_str())
