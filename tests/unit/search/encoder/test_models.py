"""Finding a model's files and knowing them by their content."""

import json
from pathlib import Path

import pytest

from search.encoder.models import DEFAULT_MODEL, ModelSource, resolve_model
from search.errors import EncoderError


def _model(folder: Path, weights: bytes = b"weights") -> Path:
    (folder / "2_Dense").mkdir(parents=True)
    (folder / "modules.json").write_text(json.dumps([{"path": ""}, {"path": "2_Dense"}]))
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "pytorch_model.bin").write_bytes(b"the same in a pickle")
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"dense")
    return folder


def test_a_folder_is_a_model(tmp_path: Path) -> None:
    source = resolve_model(str(_model(tmp_path / "m")))

    names = [file.relative_to(source.folder).as_posix() for file in source.weight_files()]
    assert names == ["model.safetensors", "2_Dense/model.safetensors"]


def test_every_modules_weights_are_in_the_hash(tmp_path: Path) -> None:
    source = resolve_model(str(_model(tmp_path / "m")))
    before = source.weights_sha256()

    (source.folder / "pytorch_model.bin").write_bytes(b"not read")
    assert source.weights_sha256() == before

    (source.folder / "2_Dense" / "model.safetensors").write_bytes(b"other")
    assert source.weights_sha256() != before


def test_a_touched_file_changes_the_stamps(tmp_path: Path) -> None:
    source = resolve_model(str(_model(tmp_path / "m")))
    before = source.stamps()

    (source.folder / "model.safetensors").write_bytes(b"longer weights")

    assert source.stamps() != before


def test_other_weights_under_the_defaults_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="are not those of") as refused:
        ModelSource(DEFAULT_MODEL, _model(tmp_path / "m")).weights_sha256()
    assert refused.value.cure


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no model weights"):
        resolve_model(str(tmp_path)).weight_files()


def test_a_damaged_list_of_modules_is_refused(tmp_path: Path) -> None:
    folder = _model(tmp_path / "m")
    (folder / "modules.json").write_text('["0"]')

    with pytest.raises(EncoderError, match="does not list"):
        ModelSource("m", folder).weight_files()


def test_a_name_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(EncoderError, match="neither a folder nor a model") as refused:
        resolve_model("no/such/model/name")
    assert refused.value.cure
