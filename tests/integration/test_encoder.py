"""The default model prepared, opened, damaged and interrupted."""

import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest

from search.encoder import onnx_encoder
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.parity import parity_texts
from search.encoder.prepare import prepare_encoder
from search.encoder.recipe import MODEL_FILE, TOKENIZER_FILE, read_record
from search.encoder.reference import SentenceTransformerEncoder, load_sentence_transformer
from search.encoder.types import Encoder, EncoderSpec, Vectors
from search.errors import EncoderError

ROOT = Path(__file__).resolve().parents[2]
TEXTS = parity_texts()


@pytest.fixture(scope="module")
def prepared(prepared_encoder: Path) -> Path:
    return prepared_encoder


@pytest.fixture(scope="module")
def encoder(prepared: Path) -> Encoder:
    return load_encoder(prepared)


@pytest.fixture(scope="module")
def vectors(encoder: Encoder) -> Vectors:
    """Of the texts."""
    return encoder.encode_documents(TEXTS)


@pytest.fixture
def copied(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "copied"))


def test_the_spec_is_the_models_own(encoder: Encoder, prepared: Path) -> None:
    assert encoder.spec == read_record(prepared).spec()
    assert encoder.spec.name == DEFAULT_MODEL
    assert (encoder.spec.runtime, encoder.spec.dimension) == ("onnx-int8", 384)
    assert encoder.spec.max_tokens == 256


def test_vectors_agree_with_sentence_transformers(encoder: Encoder, vectors: Vectors) -> None:
    model = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder)
    reference = SentenceTransformerEncoder(model, encoder.spec)

    cosines = (vectors * reference.encode_documents(TEXTS)).sum(axis=1)
    worded = [cosine for cosine, text in zip(cosines, TEXTS, strict=True) if len(text) > 2]

    assert cosines.mean() > 0.995
    assert min(worded) > 0.99
    assert encoder.count_tokens(TEXTS) == reference.count_tokens(TEXTS)


def test_rows_are_unit_vectors_in_the_given_order(encoder: Encoder, vectors: Vectors) -> None:
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(encoder.encode_documents(TEXTS[::-1]), vectors[::-1])


def test_a_text_has_the_same_vector_alone_and_among_others(
    encoder: Encoder, vectors: Vectors
) -> None:
    for row, text in enumerate(TEXTS):
        assert np.array_equal(encoder.encode_documents([text])[0], vectors[row])


def test_two_openings_and_any_number_of_threads_agree(vectors: Vectors, prepared: Path) -> None:
    single = load_encoder(prepared, threads=1)

    assert np.array_equal(single.encode_documents(TEXTS), vectors)


@pytest.mark.parametrize("together", [2, 4])
def test_threads_that_share_a_text_give_the_same_bits(
    encoder: Encoder, prepared: Path, together: int
) -> None:
    shared = load_encoder(prepared, together=together)

    for text in TEXTS:
        found, alone = shared.encode_query(text), encoder.encode_query(text)
        assert np.array_equal(found.vector, alone.vector)
        assert found.tokens is not None
        assert alone.tokens is not None
        assert np.array_equal(found.tokens.vectors, alone.tokens.vectors)


def test_callers_in_several_threads_get_their_own_rows(encoder: Encoder, vectors: Vectors) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: encoder.encode_documents(TEXTS), range(4)))

    assert all(np.array_equal(each, vectors) for each in found)


def test_text_beyond_the_limit_is_left_out(encoder: Encoder) -> None:
    full = "evidence " * 254  # and two special tokens

    short, long = encoder.encode_documents([full, full + "crime " * 50])

    assert np.array_equal(short, long)
    assert encoder.count_tokens([full + "crime " * 50]) == [304]


def test_nothing_and_hostile_text_are_encoded(encoder: Encoder) -> None:
    assert encoder.encode_documents([]).shape == (0, 384)
    assert encoder.count_tokens([]) == []
    odd = encoder.encode_queries(["", "\ud800", "\x00", "a" * 100_000])
    assert np.isfinite(odd).all()


def test_asking_imports_no_torch(prepared: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from search.encoder.load import load_encoder; "
        f"load_encoder(Path({str(prepared)!r})).encode_queries(['does tutoring work?']); "
        "print({'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_repeat_does_nothing(prepared: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in prepared.iterdir()}
    said: list[str] = []

    started = time.process_time()
    spec = prepare_encoder(DEFAULT_MODEL, prepared, progress=said.append)

    assert time.process_time() - started < 0.1
    assert spec == read_record(prepared).spec()
    assert said == []
    assert {file.name: file.stat().st_mtime_ns for file in prepared.iterdir()} == before


def test_tokens_of_a_question(encoder: Encoder) -> None:
    question = "Does mentoring work?"
    encoded = encoder.encode_query(question)

    assert np.array_equal(encoded.vector, encoder.encode_queries([question])[0])
    assert encoded.tokens is not None
    assert [question[start:][:4] for start in encoded.tokens.starts] == [
        "Does",
        "ment",
        "work",
        "?",
    ]
    assert encoded.tokens.vectors.shape == (4, encoder.spec.token_dimension)
    assert np.allclose(np.linalg.norm(encoded.tokens.vectors, axis=1), 1, atol=1e-5)
    assert encoder.spec.token_dimension == 64


def test_tokens_are_the_same_alone_and_among_others(encoder: Encoder, vectors: Vectors) -> None:
    together = encoder.encode_with_tokens(TEXTS)

    for text, each, vector in zip(TEXTS, together, vectors, strict=True):
        (alone,) = encoder.encode_with_tokens([text])
        assert alone.tokens is not None
        assert each.tokens is not None
        assert len(each.tokens.ids) == len(each.tokens.starts) == len(each.tokens.vectors) > 0
        assert np.array_equal(alone.tokens.vectors, each.tokens.vectors)
        assert np.array_equal(alone.vector, vector)


def test_the_same_word_means_more_of_the_same_among_like_words(encoder: Encoder) -> None:
    money, river, other = encoder.encode_with_tokens(
        ["The bank lent money.", "The bank of the river flooded.", "A bank gave a loan."]
    )
    vectors = [each.tokens.vectors[1] for each in (money, river, other) if each.tokens]
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_flipped_bit_is_refused(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)

    with pytest.raises(EncoderError, match="is damaged") as refused:
        load_encoder(copied)
    assert refused.value.cure


def test_an_empty_model_is_refused(copied: Path) -> None:
    (copied / MODEL_FILE).write_bytes(b"")

    with pytest.raises(EncoderError, match="is damaged"):
        load_encoder(copied)


def test_a_model_replaced_after_it_was_checked_is_refused(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = onnx_encoder.OnnxEncoder

    def replace(
        spec: EncoderSpec, words: str, model: Path, *, threads: int | None, together: int
    ) -> Encoder:
        shutil.copy(model, model.with_suffix(".new"))
        model.with_suffix(".new").replace(model)
        return opened(spec, words, model, threads=threads, together=together)

    monkeypatch.setattr(onnx_encoder, "OnnxEncoder", replace)
    with pytest.raises(EncoderError, match="was replaced meanwhile"):
        load_encoder(copied)


def test_a_missing_file_is_refused(copied: Path) -> None:
    (copied / MODEL_FILE).unlink()

    with pytest.raises(EncoderError, match="cannot be read"):
        load_encoder(copied)


def test_attention_and_gelu_are_one_operator_each(prepared: Path) -> None:
    kinds = Counter(node.op_type for node in onnx.load(prepared / MODEL_FILE).graph.node)

    assert kinds["MultiHeadAttention"] == kinds["Gelu"] == 8  # six layers, and two of tokens' own
    assert not kinds["Softmax"]
    assert kinds["MatMul"] == 9  # attention's values alone stay in float32, and the token head
