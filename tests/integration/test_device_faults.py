"""What a graphics card may fail at, by torch's own errors, raised where the device is asked."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpus.home import Home
from corpus.library.library import Library
from indexer.adding import add_all
from indexer.build import BuildOptions, build_index
from indexer.progress import Silent
from search.encoder.prepare import prepare_encoder
from search.errors import EncoderError
from tests.devices import spare

if TYPE_CHECKING:
    from search.encoder.accelerated import AcceleratedEncoder, WholeModelEncoder

CPU = "cpu"
TEXTS = [f"Text {number} of mentoring." for number in range(7)]
LOST = "CUDA error: unspecified launch failure"
MORE = "\nCUDA kernel errors might be asynchronously reported at some other API call."
CUBLAS = "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx(handle)`"
OLD = "The NVIDIA driver on your system is too old (found version 11040)."
FAULTS = ["lost", "cublas", "old", "deferred"]


def _fault(name: str) -> Exception:
    import torch  # noqa: PLC0415 - seconds

    return {
        "lost": torch.AcceleratorError(LOST + MORE),
        "cublas": RuntimeError(CUBLAS),
        "old": RuntimeError(OLD),
        "deferred": torch.cuda.DeferredCudaCallError(f"CUDA call failed lazily: {LOST}{MORE}"),
    }[name]


def _raises(error: Exception) -> Callable[..., None]:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    spare(monkeypatch)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model that stays with sentence-transformers."""
    from tests.models import make_encoder  # noqa: PLC0415 - torch

    folder = tmp_path_factory.mktemp("model")
    prepare_encoder(str(make_encoder(folder, "mean", dense=True)), folder / "prepared")
    return folder / "prepared"


@pytest.fixture(params=["exported", "whole"])
def made(
    request: pytest.FixtureRequest, prepared_encoder: Path, prepared: Path
) -> "AcceleratedEncoder | WholeModelEncoder":
    from search.encoder.accelerated import WholeModelEncoder, accelerate  # noqa: PLC0415 - torch

    encoder = accelerate(prepared if request.param == "whole" else prepared_encoder, CPU)
    assert isinstance(encoder, WholeModelEncoder) == (request.param == "whole")
    return encoder


def _model(made: "AcceleratedEncoder | WholeModelEncoder") -> object:
    """What runs on the device."""
    return getattr(made, "_transformer", None) or made._model  # type: ignore[union-attr] # noqa: SLF001


@pytest.mark.parametrize("fault", FAULTS)
def test_a_device_that_fails_is_named_with_cause_and_cure(
    made: "AcceleratedEncoder | WholeModelEncoder", monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    error = _fault(fault)
    monkeypatch.setattr(_model(made), "forward", _raises(error))
    with pytest.raises(EncoderError) as caught:
        made.encode_documents(TEXTS)
    assert str(caught.value) == f"cpu failed: {str(error).splitlines()[0]}"
    assert "--device cpu" in (caught.value.cure or "")
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("whole", [False, True])
def test_a_device_that_fails_at_the_start_is_told_of(
    prepared_encoder: Path,
    prepared: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    *,
    whole: bool,
) -> None:
    import torch  # noqa: PLC0415 - seconds

    from search.encoder.accelerated import accelerate  # noqa: PLC0415 - torch

    to = torch.nn.Module.to

    def failing(module: torch.nn.Module, *given: object, **named: object) -> object:
        if str(given[0]) == "cuda:0":
            raise _fault(fault)
        return to(module, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(torch.nn.Module, "to", failing)
    with pytest.raises(EncoderError, match="cuda:0 failed: ") as caught:
        accelerate(prepared if whole else prepared_encoder, "cuda:0")
    assert "--device cpu" in (caught.value.cure or "")


def test_other_errors_are_none_of_the_device_s(
    made: "AcceleratedEncoder | WholeModelEncoder", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_model(made), "forward", _raises(KeyError("a fault of ours")))
    with pytest.raises(KeyError):
        made.encode_documents(TEXTS)


@pytest.fixture
def whole(prepared: Path) -> "WholeModelEncoder":
    from search.encoder.accelerated import WholeModelEncoder, accelerate  # noqa: PLC0415 - torch

    made = accelerate(prepared, CPU)
    assert isinstance(made, WholeModelEncoder)
    return made


def _small(whole: "WholeModelEncoder", monkeypatch: pytest.MonkeyPatch, most: int) -> list[int]:
    """Let no more rows than so many fit; the rows of every try."""
    import torch  # noqa: PLC0415 - seconds

    forward = whole._model.forward  # noqa: SLF001
    tried: list[int] = []

    def small(features: dict[str, torch.Tensor], **named: object) -> object:
        tried.append(len(features["input_ids"]))
        if tried[-1] > most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(features, **named)

    monkeypatch.setattr(whole._model, "forward", small)  # noqa: SLF001
    return tried


def test_a_batch_of_a_whole_model_that_does_not_fit_is_halved(
    whole: "WholeModelEncoder", monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = whole.encode_documents(TEXTS)
    tried = _small(whole, monkeypatch, 2)
    np.testing.assert_allclose(whole.encode_documents(TEXTS), expected, atol=1e-6)
    assert tried == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    np.testing.assert_allclose(whole.encode_queries(TEXTS[:2]), expected[:2], atol=1e-6)
    assert max(tried[9:]) == 1  # what fitted is remembered
    assert len(whole.encode_documents([])) == 0


def test_a_text_that_does_not_fit_alone_is_told_of(
    whole: "WholeModelEncoder", monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _small(whole, monkeypatch, 0) == []
    with pytest.raises(EncoderError, match="A text does not fit on cpu: CUDA out of") as caught:
        whole.encode_with_tokens(TEXTS)
    assert "without a device" in (caught.value.cure or "")


def test_a_whole_model_too_large_for_the_device_is_told_of(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch  # noqa: PLC0415 - seconds

    from search.encoder.accelerated import accelerate  # noqa: PLC0415 - torch

    to = torch.nn.Module.to

    def full(module: torch.nn.Module, *given: object, **named: object) -> object:
        if str(given[0]) == "cuda:0":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return to(module, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(torch.nn.Module, "to", full)
    with pytest.raises(EncoderError, match="does not fit on cuda:0: CUDA out of memory") as caught:
        accelerate(prepared, "cuda:0")
    assert "without a device" in (caught.value.cure or "")


@pytest.fixture
def library(home: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Five reports, to be encoded by one device, one at a time."""
    monkeypatch.setattr("search.encoder.devices.devices_named", lambda _: [CPU])
    monkeypatch.setattr("indexer.accelerators.ENCODED_AT_ONCE", 1)
    monkeypatch.setattr("indexer.accelerators._AHEAD", 0)
    folder = home / "reports"
    folder.mkdir()
    for number in range(5):
        text = f"# Report {number}\n\nMentoring of {number} pupils cut absence.\n"
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
    with Library(Home(home).library) as library:
        add_all(library, [str(folder)], metadata=None, progress=Silent())
    return Home(home)


def test_what_was_encoded_before_a_device_failed_is_kept(
    library: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from search.encoder.accelerated import AcceleratedEncoder  # noqa: PLC0415 - torch

    encode = AcceleratedEncoder.encode_with_tokens
    done: list[int] = []

    def failing(self: AcceleratedEncoder, texts: Sequence[str]) -> object:
        if len(texts) == 1 and "pupils" in texts[0]:
            done.append(1)
            if len(done) > 3:
                monkeypatch.setattr(self._transformer, "forward", _raises(_fault("lost")))
        return encode(self, texts)

    monkeypatch.setattr(AcceleratedEncoder, "encode_with_tokens", failing)
    with pytest.raises(EncoderError, match="cpu failed: CUDA error: unspecified launch failure"):
        build_index(library, BuildOptions(device="cuda"), Silent())
    monkeypatch.setattr(AcceleratedEncoder, "encode_with_tokens", encode)
    assert build_index(library, BuildOptions(device="cuda"), Silent()).encoded == 2
