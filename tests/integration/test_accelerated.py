"""Encoding by torch on a device, here the processor: the same code runs on a graphics card."""

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpus.errors import SettingError
from corpus.home import Home
from corpus.library.library import Library
from indexer.accelerators import Accelerators
from indexer.adding import add_all
from indexer.build import BuildOptions, build_index
from indexer.hands import hands
from indexer.progress import Silent
from indexer.settings import load_index_settings
from indexer.workforce import Processes
from search.encoder.head_graph import head_of
from search.encoder.load import load_encoder
from search.encoder.parity import compare, compare_tokens, faults, parity_texts
from search.encoder.prepare import prepare_encoder
from search.encoder.recipe import MODEL_FILE
from search.errors import EncoderError
from search.loading import load_searcher
from tests.devices import spare
from tests.terminal import here

if TYPE_CHECKING:
    from search.encoder.accelerated import AcceleratedEncoder

CPU = "cpu"


@pytest.fixture(scope="module")
def device(prepared_encoder: Path) -> "AcceleratedEncoder":
    from search.encoder.accelerated import AcceleratedEncoder, accelerate  # noqa: PLC0415 - torch

    with pytest.MonkeyPatch.context() as patched:
        spare(patched)
        made = accelerate(prepared_encoder, CPU)
    assert isinstance(made, AcceleratedEncoder)
    return made


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    spare(monkeypatch)


def test_it_says_what_the_processors_encoder_says(
    device: "AcceleratedEncoder", prepared_encoder: Path
) -> None:
    encoder = load_encoder(prepared_encoder)
    figures = compare(device, encoder)
    assert faults(figures) == []
    assert figures.mean_cosine > 0.997
    assert compare_tokens(device, encoder) == []
    texts = parity_texts()[::4]
    for found, wanted in zip(
        device.encode_with_tokens(texts), encoder.encode_with_tokens(texts), strict=True
    ):
        assert found.tokens is not None
        assert wanted.tokens is not None
        np.testing.assert_array_equal(found.tokens.ids, wanted.tokens.ids)
        np.testing.assert_allclose(np.linalg.norm(found.tokens.vectors, axis=1), 1, atol=1e-5)


def test_neighbours_and_padding_are_masked(device: "AcceleratedEncoder") -> None:
    texts = ["Mentoring.", "Does street lighting cut burglary in towns? " * 20, ""]
    together = device.encode_with_tokens(texts)
    for text, found in zip(texts, together, strict=True):
        (alone,) = device.encode_with_tokens([text])
        np.testing.assert_allclose(found.vector, alone.vector, atol=1e-5)
        assert found.tokens is not None
        assert alone.tokens is not None
        np.testing.assert_allclose(found.tokens.vectors, alone.tokens.vectors, atol=1e-4)


class _Held:
    """Stands for what a try has on the device."""


def test_a_batch_too_large_for_the_device_is_cut_in_two(
    device: "AcceleratedEncoder", monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch  # noqa: PLC0415 - seconds

    texts = [f"Text {number}." for number in range(7)]
    expected = device.encode_documents(texts)
    forward = type(device)._forward  # noqa: SLF001

    def small(_: object, ids: torch.Tensor, lengths: torch.Tensor) -> object:
        if len(ids) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(device, ids, lengths)

    monkeypatch.setattr(type(device), "_forward", small)
    np.testing.assert_allclose(device.encode_documents(texts), expected, atol=1e-5)

    held: list[weakref.ref[_Held]] = []

    def holding(_: object, ids: torch.Tensor, lengths: torch.Tensor) -> object:
        assert not any(each() for each in held)  # what a failed try had made makes room first
        made = _Held()
        if len(ids) > 1:
            held.append(weakref.ref(made))
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(device, ids, lengths)

    monkeypatch.setattr(type(device), "_forward", holding)
    np.testing.assert_allclose(device.encode_documents(texts), expected, atol=1e-5)
    assert len(held) == 6

    def none(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(type(device), "_forward", none)
    with pytest.raises(EncoderError, match="does not fit on cpu"):
        device.encode_documents(texts)


def test_a_model_too_large_for_the_device_is_told_of(
    prepared_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch  # noqa: PLC0415 - seconds

    from search.encoder.accelerated import accelerate  # noqa: PLC0415 - torch

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("search.encoder.accelerated.trained_layers", full)
    with pytest.raises(EncoderError, match="MiniLM-L6-v2 does not fit on cpu") as caught:
        accelerate(prepared_encoder, CPU)
    assert "without a device" in (caught.value.cure or "")


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("pooling", "dense"), [("cls", False), ("mean", True)])
def test_other_models_are_run_too(tmp_path: Path, pooling: str, *, dense: bool) -> None:
    from search.encoder.accelerated import accelerate  # noqa: PLC0415 - torch
    from tests.models import make_encoder  # noqa: PLC0415 - torch

    prompts = {"query": "question: ", "document": "text: "}
    model = make_encoder(tmp_path, pooling, dense=dense, prompts=prompts)
    prepare_encoder(str(model), tmp_path / "prepared")
    encoder, made = load_encoder(tmp_path / "prepared"), accelerate(tmp_path / "prepared", CPU)
    assert faults(compare(made, encoder)) == []
    if not dense:
        assert compare_tokens(made, encoder) == []


@pytest.mark.parametrize("wanted", ["cuda", "cuda:0", "cpu,cuda:63", "abacus", "meta", ","])
def test_a_device_that_is_not_there_is_told_of(wanted: str) -> None:
    import torch  # noqa: PLC0415 - seconds

    from search.encoder.devices import devices_named  # noqa: PLC0415 - torch

    if wanted in {"cuda", "cuda:0"} and torch.cuda.is_available():
        wanted = "cuda:63"
    with pytest.raises(EncoderError, match=wanted) as caught:
        devices_named(wanted)
    assert "leave the device out" in (caught.value.cure or "")


def test_rows_are_doubled_while_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch  # noqa: PLC0415 - seconds

    from search.encoder import devices  # noqa: PLC0415 - torch

    def seconds(fixed: float, each: float) -> Callable[[Callable[[int], object], int], float]:
        return lambda run_rows, rows: fixed + each * rows + float(bool(run_rows(rows)))

    def full(rows: int) -> None:
        if rows > 16:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(devices, "_seconds", seconds(0.001, 0.001))
    assert devices.quickest(lambda _: None) == 16  # 32 rows take 33 ms, 16 take 17
    assert devices.quickest(full) == 16
    monkeypatch.setattr(devices, "_seconds", seconds(0.1, 1e-9))
    assert devices.quickest(full) == 16
    monkeypatch.setattr(devices, "_seconds", seconds(0.6, 0.1))
    assert devices.quickest(lambda _: None) == 4  # eight would take longer than a second


@pytest.mark.usefixtures("few")
def test_weights_that_changed_are_not_run(tmp_path: Path) -> None:
    from search.encoder.accelerated import accelerate  # noqa: PLC0415 - torch
    from tests.models import make_encoder  # noqa: PLC0415 - torch

    model = make_encoder(tmp_path, "cls")
    prepare_encoder(str(model), tmp_path / "prepared")
    weights = next(model.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\1\0")
    with pytest.raises(EncoderError, match="have changed since"):
        accelerate(tmp_path / "prepared", CPU)


def _two(_: str) -> list[str]:
    return [CPU, CPU]


@pytest.mark.usefixtures("few")
def test_an_index_is_encoded_by_devices(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.encoder.devices.devices_named", _two)
    monkeypatch.setattr("indexer.accelerators.ENCODED_AT_ONCE", 2)
    place = Home(home)
    with Library(place.library) as library:
        folder = home / "reports"
        folder.mkdir()
        for number in range(5):
            text = f"# Report {number}\n\nMentoring of {number} pupils cut absence.\n"
            (folder / f"{number}.md").write_text(text, encoding="utf-8")
        add_all(library, [str(folder)], metadata=None, progress=Silent())
    built = build_index(place, BuildOptions(device="cuda"), Silent())
    assert built.encoded == 5
    searcher = load_searcher(home)
    answer = searcher.ask("Does mentoring cut absence among 3 pupils?")
    assert "of 3 pupils" in answer.hits[0].passage.text


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("good", [0, 1])
def test_a_device_that_strays_is_refused(
    prepared_encoder: Path, monkeypatch: pytest.MonkeyPatch, good: int
) -> None:
    wrong = np.random.default_rng(3).normal(size=(384, 64)).astype(np.float32)
    heads = iter([head_of(prepared_encoder / MODEL_FILE)] * good + [wrong])
    monkeypatch.setattr("search.encoder.devices.devices_named", lambda _: [CPU] * (good + 1))
    monkeypatch.setattr("search.encoder.accelerated.head_of", lambda _: next(heads))
    there = Accelerators("cuda", Processes(1))
    with pytest.raises(EncoderError, match="strays from the processor: mean cosine of tokens"):
        list(there.encode({b"a": "A text."}, load_encoder(prepared_encoder), prepared_encoder))


def test_the_setting_and_the_option_name_a_device(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("EVIDENCE_DEVICE", "")
    assert load_index_settings().device is None
    monkeypatch.setenv("EVIDENCE_DEVICE", "abacus")
    for words, wanted in (((), "abacus"), (("--device", "astrolabe"), "astrolabe")):
        done = here(home, "index", *words, check=False)
        assert done.returncode != 0
        assert f"Nothing can be encoded on '{wanted}'" in done.stderr
    told = here(home, "doctor", check=False)
    assert "Nothing can be encoded on 'abacus'" in told.stdout + told.stderr
    assert isinstance(hands(1, None, "cpu"), Processes)
    with pytest.raises(SettingError, match="both to encode"):
        hands(1, "local", "cuda")
