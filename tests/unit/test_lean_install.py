"""requirements-serve.txt: what the service imports, pinned as the lock file has it, no more."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "sentence-transformers", "transformers", "pypdf", "pypdfium2", "onnx", "rapidocr"}

#: The service, and what it imports once it listens.
SERVICE = (
    "api.serving", "api.holdings", "api.originals", "api.routes.rest", "api.routes.desk",
    "babel.messages.mofile", "babel.messages.pofile",
)  # fmt: skip
MODULES = (
    "cli.render", "cli.render_status", "cli.doctor", "indexer.backup",
    "indexer.restore", "search.encoder.onnx_encoder", "search.citing.briefing", "client",
)  # fmt: skip


def _pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def test_the_pins_are_those_of_the_lock_file() -> None:
    lean, lock = _pins("requirements-serve.txt"), _pins("requirements.lock")
    assert lean.items() <= lock.items()
    assert not HEAVY & lean.keys()


@pytest.fixture(scope="module")
def imported() -> list[list[str]]:
    """The packages there are after the command, the service as well, and all the modules."""
    said = "print(*{name.split('.')[0] for name in sys.modules})"
    stages = ("cli.main; cli.main.register()", ", ".join(SERVICE), ", ".join(MODULES))
    code = "; ".join(f"import {stage}; {said}" for stage in stages)
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return [line.split() for line in told.stdout.splitlines()]


def test_nothing_else_is_imported(imported: list[list[str]]) -> None:
    owners = packages_distributions()
    needed = {owner.lower().replace("_", "-") for m in imported[2] for owner in owners.get(m, ())}
    optional = {
        "what-works-evidence-search",
        "opentelemetry-api",
    }  # FastAPI looks whether it is there
    assert needed - optional <= _pins("requirements-serve.txt").keys()


def test_what_is_slow_to_import_waits_until_it_is_needed(imported: list[list[str]]) -> None:
    assert "numpy" not in imported[0]  # `one_thread_a_question` comes before it
    assert not {"docx", "torch", "lxml"} & set(imported[1])
