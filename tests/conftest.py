"""What several test modules share: the developers' folder, and one prepared default encoder."""

import os
import shutil
from pathlib import Path

import pytest

from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PREPARED = ROOT / "build" / "models" / "default"  # kept between runs: exporting takes a while


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: two more than cores, for about half of the time is spent waiting for others."""
    return len(os.sched_getaffinity(0)) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    present = {"shared": SHARED.is_dir(), "browser": shutil.which("chromium") is not None}
    reasons = {
        "shared": "the developers' folder ../shared is not on this machine",
        "browser": "Chromium is not on this machine (Debian: apt-get install chromium)",
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


@pytest.fixture
def home(tmp_path: Path, prepared_encoder: Path) -> Path:
    """A fresh home folder whose default encoder is prepared already."""
    from corpus.home import Home  # noqa: PLC0415
    from search.loading import encoder_folder  # noqa: PLC0415

    place = Home(tmp_path / "home")
    folder = encoder_folder(place, DEFAULT_MODEL)
    folder.parent.mkdir(parents=True)
    shutil.copytree(prepared_encoder, folder)
    return tmp_path / "home"
