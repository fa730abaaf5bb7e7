"""Other models than the default: small ones with random weights, made here."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from search.encoder import processor, quantise
from search.encoder.load import load_encoder
from search.encoder.prepare import prepare_encoder
from search.encoder.recipe import ONNX, read_record
from search.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ["Does mentoring work?", "", "Street lighting reduced burglary in most areas."]
PROMPTS = {"query": "question: ", "document": "text: "}

MakeModel = Callable[..., Path]
Reference = Callable[[Path], "SentenceTransformer"]


@pytest.fixture
def make_model(tmp_path: Path) -> MakeModel:
    from tests.models import make_encoder  # noqa: PLC0415 - imports torch

    return partial(make_encoder, tmp_path)


@pytest.fixture
def reference() -> Reference:
    from tests.models import open_encoder  # noqa: PLC0415 - imports torch

    return open_encoder


def _killed_half_way(model: Path, folder: Path) -> None:
    """Prepare a model in a process that is killed when its file is written."""
    program = (
        "from pathlib import Path; from search.encoder.prepare import prepare_encoder; "
        f"prepare_encoder({str(model)!r}, Path({str(folder)!r}), "
        "progress=lambda step: print(step, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for step in process.stdout:
            if step.startswith("Comparing"):  # the model file is written by now
                os.kill(process.pid, signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL


def test_a_killed_preparation_leaves_nothing_and_the_next_has_pooling_and_prompts(
    make_model: MakeModel, reference: Reference, tmp_path: Path
) -> None:
    folder, prepared = make_model("cls", prompts=PROMPTS), tmp_path / "models" / "default"
    _killed_half_way(folder, prepared)
    assert not prepared.exists()
    with pytest.raises(EncoderError, match="no prepared encoder"):
        load_encoder(prepared)

    spec = prepare_encoder(str(folder), prepared)
    assert [entry.name for entry in prepared.parent.iterdir() if entry.is_dir()] == ["default"]
    encoder = load_encoder(prepared)
    model = reference(folder)

    assert spec.runtime == "onnx-int8"
    assert (spec.query_prompt, spec.document_prompt) == ("question: ", "text: ")
    assert spec.max_tokens == 64
    assert spec.token_dimension == 32  # principal components: nobody trained a head for it
    (asked,) = (encoder.encode_query(TEXTS[0]).tokens,)
    assert asked is not None
    assert asked.starts.tolist() == [0, 5, 15, 19]  # of the text, not of the prompt before it
    assert asked.vectors.shape == (4, 32)
    for found, expected in (
        (encoder.encode_queries(TEXTS), model.encode_query(TEXTS, normalize_embeddings=True)),
        (encoder.encode_documents(TEXTS), model.encode_document(TEXTS, normalize_embeddings=True)),
    ):
        assert (found * expected).sum(axis=1).min() > 0.999
    assert not np.allclose(encoder.encode_queries(TEXTS), encoder.encode_documents(TEXTS))


@pytest.mark.parametrize(
    ("pooling", "dense", "reason"),
    [("max", False, "it pools by max"), ("mean", True, "Dense")],
)
def test_a_model_of_another_shape_stays_with_the_reference(
    make_model: MakeModel,
    reference: Reference,
    tmp_path: Path,
    pooling: str,
    reason: str,
    *,
    dense: bool,
) -> None:
    folder = make_model(pooling, dense=dense)
    said: list[str] = []
    spec = prepare_encoder(str(folder), tmp_path / "prepared", progress=said.append)
    encoder = load_encoder(tmp_path / "prepared")
    model = reference(folder)

    assert spec.runtime == "sentence-transformers"
    assert reason in str(read_record(tmp_path / "prepared").fallback_reason)
    assert any("stays with sentence-transformers" in step for step in said)
    assert np.allclose(
        encoder.encode_documents(TEXTS),
        model.encode_document(TEXTS, normalize_embeddings=True),
        atol=1e-5,
    )
    assert encoder.encode_documents([]).shape == (0, spec.dimension)


def test_changed_weights_are_prepared_again_and_refused_until_then(
    make_model: MakeModel, tmp_path: Path
) -> None:
    folder = make_model("max")
    before = prepare_encoder(str(folder), tmp_path / "prepared")
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)

    with pytest.raises(EncoderError, match="have changed"):
        load_encoder(tmp_path / "prepared")

    after = prepare_encoder(str(folder), tmp_path / "prepared")
    assert after.model_hash != before.model_hash
    assert load_encoder(tmp_path / "prepared").spec == after


@pytest.mark.parametrize("cuts_off", [True, False])
def test_one_prepared_where_nothing_is_cut_off_is_warned_of_where_it_is(
    make_model: MakeModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    cuts_off: bool,
) -> None:
    monkeypatch.setattr(quantise, "saturates", lambda: cuts_off)
    prepare_encoder(str(make_model("cls")), tmp_path / "prepared")
    record = read_record(tmp_path / "prepared")
    assert (record.recipe.runtime, record.fitted) == (ONNX, cuts_off)
    for told, warned in (("avx2 avx_vnni", False), ("avx2", not cuts_off)):
        _has(monkeypatch, tmp_path, told)
        load_encoder(tmp_path / "prepared")
        assert bool(_warned(caplog)) is warned


@pytest.mark.parametrize(
    ("machine", "told", "lacking"),
    [
        ("x86_64", "avx2", True),
        ("x86_64", "avx2 avx512_vnni", False),
        ("aarch64", "asimd", False),
        ("x86_64", "", False),
    ],
)
def test_which_processors_cut_sums_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, told: str, *, lacking: bool
) -> None:
    _has(monkeypatch, tmp_path, told, machine)
    assert processor.lacks_vnni() is lacking


def _warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "search.encoder.load"]


def _has(monkeypatch: pytest.MonkeyPatch, folder: Path, told: str, machine: str = "x86_64") -> None:
    (folder / "cpuinfo").write_text(told, encoding="utf-8")
    monkeypatch.setattr(processor, "_TOLD", folder / "cpuinfo")
    monkeypatch.setattr("platform.machine", lambda: machine)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not weights")

    with pytest.raises(EncoderError, match="cannot load") as refused:
        prepare_encoder(str(tmp_path), tmp_path / "prepared")
    assert refused.value.cure
