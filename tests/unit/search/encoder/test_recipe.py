"""The record of a prepared encoder and the identity of its vectors."""

from pathlib import Path

import pytest

from search.encoder.load import load_encoder
from search.encoder.recipe import ENCODER_FILE, ONNX, REFERENCE, Recipe, read_record
from search.errors import EncoderError

RECIPE = Recipe(runtime=ONNX, pooling="mean", query_prompt="", document_prompt="", max_tokens=256)


@pytest.mark.parametrize(
    "change",
    [
        {"runtime": REFERENCE},
        {"pooling": "cls"},
        {"query_prompt": "query: "},
        {"document_prompt": "passage: "},
        {"max_tokens": 128},
        {"version": RECIPE.version + 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_changes_vectors_changes_the_hash(change: dict[str, object]) -> None:
    assert RECIPE.model_copy(update=change).model_hash("w", "t") != RECIPE.model_hash("w", "t")


def test_weights_and_word_pieces_are_in_the_hash() -> None:
    hashes = {RECIPE.model_hash(*pair) for pair in [("w", "t"), ("w", "u"), ("v", "t")]}

    assert len(hashes) == 3
    assert RECIPE.model_hash("w", "t") in hashes


def test_nothing_prepared_is_said_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no prepared encoder") as refused:
        load_encoder(tmp_path)
    assert refused.value.cure


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff\xfe", b'{"name": 3}'])
def test_a_damaged_record_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ENCODER_FILE).write_bytes(content)

    with pytest.raises(EncoderError, match="cannot be read") as refused:
        read_record(tmp_path)
    assert refused.value.cure
