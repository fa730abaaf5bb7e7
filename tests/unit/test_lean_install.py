"""requirements-serve.txt: what the service imports, pinned as the lock file has it, no more."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "sentence-transformers", "transformers", "pypdf", "pypdfium2", "onnx", "rapidocr"}

MODULES = (
    "api.serving", "cli.main", "cli.render", "cli.status", "cli.doctor", "indexer.backup",
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


def test_nothing_else_is_imported() -> None:
    code = "import sys, {}; print(*{{name.split('.')[0] for name in sys.modules}})"
    told = subprocess.run(
        [sys.executable, "-c", code.format(", ".join(MODULES))],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    owners = packages_distributions()
    needed = {
        owner.lower().replace("_", "-") for m in told.stdout.split() for owner in owners.get(m, ())
    }
    optional = {
        "what-works-evidence-search",
        "opentelemetry-api",
    }  # FastAPI looks whether it is there
    assert needed - optional <= _pins("requirements-serve.txt").keys()


def test_what_is_slow_to_import_waits_until_it_is_needed() -> None:
    code = "import sys, {}; print(*{{name.split('.')[0] for name in sys.modules}})"
    imported = [
        subprocess.run(
            [sys.executable, "-c", code.format(module)],
            capture_output=True, text=True, check=True, cwd=ROOT,
        ).stdout.split()
        for module in ("cli.main", "api.serving")
    ]  # fmt: skip
    assert "numpy" not in imported[0]  # `one_thread_a_question` comes before it
    assert not {"docx", "torch", "lxml"} & set(imported[1])
