"""What several test modules share: the developers' folder, and one prepared default encoder."""

import gc
import os
import sys
from pathlib import Path

import pytest

from corpus.home import Home
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.loading import encoder_folder
from tests.chromium import chromium
from tests.once import made_once
from tests.terminal import run

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
STARTER = ROOT / "corpus" / "data" / "starter.jsonl"
PREPARED = ROOT / "build" / "models" / "default"  # kept between runs: exporting takes a while
#: What begins first: a file that makes what many wait for (the encoder, the small library), and
#: beside it long ones that wait for nothing. The shortest, of tests/unit, come last.
_FIRST = (
    "test_answering.py", "test_page_labels.py", "test_hard_files.py", "test_ocr.py",
    "test_drawing.py", "test_uploads.py",
)  # fmt: skip


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: two more than cores, for about half of the time is spent waiting for others."""
    return len(os.sched_getaffinity(0)) + 2


def pytest_collection_finish() -> None:
    """Every worker collects every module: what takes seconds to import waits for its test."""
    slow = {"torch", "transformers", "scipy", "schemathesis", "ray"} & sys.modules.keys()
    if slow:
        raise pytest.UsageError(f"Import {', '.join(slow)} in the tests that need it.")
    gc.freeze()  # what is imported stays: no collection need look through it again


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: _FIRST.index(item.path.name) if item.path.name in _FIRST else len(_FIRST)
    )
    present = {"shared": SHARED.is_dir(), "browser": chromium() is not None}
    reasons = {
        "shared": "the developers' folder ../shared is not on this machine",
        "browser": "Chromium is not on this machine (Debian: chromium-headless-shell)",
    }
    for marker in (name for name, there in present.items() if not there):
        absent = pytest.mark.skip(reason=reasons[marker])
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(absent)


@pytest.fixture(scope="session")
def shared() -> Path:
    return SHARED


@pytest.fixture(scope="session")
def prepared_encoder() -> Path:
    """Folder of the default encoder, exported once; verified whenever it is loaded."""
    prepare_encoder(DEFAULT_MODEL, PREPARED)
    return PREPARED


@pytest.fixture(scope="session")
def starter_home(tmp_path_factory: pytest.TempPathFactory, prepared_encoder: Path) -> Path:
    """A home with the starter records, as a stranger indexes them; made once in a run: copy it."""

    def build(home: Path) -> None:
        _give(home, prepared_encoder)
        assert "111 new" in run(home, "add", str(STARTER)).stderr
        assert "111 reports" in run(home, "index").stderr

    return made_once(tmp_path_factory, "starter", build)


@pytest.fixture
def home(tmp_path: Path, prepared_encoder: Path) -> Path:
    """A fresh home folder whose default encoder is the one prepared: do not change that."""
    _give(tmp_path / "home", prepared_encoder)
    return tmp_path / "home"


def _give(home: Path, encoder: Path) -> None:
    folder = encoder_folder(Home(home), DEFAULT_MODEL)
    folder.parent.mkdir(parents=True)
    folder.symlink_to(encoder)
