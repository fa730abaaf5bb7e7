"""Reading and encoding on a real Ray cluster of this machine, an actor of it killed half-way."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import SettingError
from corpus.home import Home
from corpus.library.library import Library
from corpus.reading.workers import ReadJob, ReadLimits
from indexer.adding import add_all
from indexer.build import BuildOptions, build_index
from indexer.hands import hands
from indexer.progress import Silent
from indexer.workforce import Processes, Workforce
from search.encoder.load import load_encoder

LIMITS = ReadLimits(seconds=60)
HERE = Processes(1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a running cluster; skipped only where Ray is not installed."""
    if find_spec("ray") is None:
        pytest.skip("ray is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_worker_niceness", "0")  # else whatever else runs here goes first
        from ray.cluster_utils import Cluster  # noqa: PLC0415 - an extra

        head = {"num_cpus": os.cpu_count(), "include_dashboard": False}
        running = Cluster(initialize_head=True, head_node_args=head)
        yield running.address
        running.shutdown()  # type: ignore[no-untyped-call]


def _fleet(address: str) -> Workforce:
    """The fleet of a cluster."""
    from indexer.fleet import Fleet  # noqa: PLC0415 - an extra

    return Fleet(address)


@pytest.fixture
def fleet(cluster: str) -> Iterator[Workforce]:
    """One that joins the running cluster."""
    made = _fleet(cluster)
    yield made
    made.close()


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workforce]:
    """One that begins a cluster of this machine."""
    if find_spec("ray") is None:
        pytest.skip("ray is not installed")
    monkeypatch.setenv("RAY_worker_niceness", "0")
    made = _fleet("local")
    yield made
    made.close()


def _actors(kind: str) -> list[int]:
    """The actors that this process's cluster runs."""
    told = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    processes = [line.split(None, 2) for line in told.splitlines()]
    ours = {os.getpid()}
    for _ in range(4):  # this process, the cluster's, its workers
        ours |= {int(pid) for pid, parent, *_ in processes if int(parent) in ours}
    return [
        int(pid)
        for pid, _, *args in processes
        if int(pid) in ours and "ray::" in args[0] and kind in args[0]
    ]


def _kill_one(kind: str) -> None:
    os.kill(_actors(kind)[0], signal.SIGKILL)


def test_an_encoding_actor_killed_half_way_loses_and_doubles_nothing(
    local: Workforce, prepared_encoder: Path
) -> None:
    encoder = load_encoder(prepared_encoder)
    texts = {
        bytes([n // 256, n % 256]): f"Mentoring programme {n} helped young people stay in school."
        for n in range(500)
    }
    parts = local.encode(texts, encoder, prepared_encoder)
    come = list(next(parts).items())
    _kill_one("_Encoder")
    for part in parts:
        come += part.items()
    assert sorted(key for key, _ in come) == sorted(texts)  # once each
    sample = come[::25]
    wanted = encoder.encode_with_tokens([texts[key] for key, _ in sample])
    for (_, found), right in zip(sample, wanted, strict=True):
        assert np.array_equal(found.vector, right.vector)
        assert found.tokens is not None
        assert right.tokens is not None
        assert np.array_equal(found.tokens.vectors, right.tokens.vectors)


def _jobs(folder: Path, count: int) -> Iterator[ReadJob]:
    for n in range(count):
        path = folder / f"{n}.txt"
        path.write_text(f"Report {n}.\n\nProgramme {n} of mentoring reduced crime in schools.\n")
        yield ReadJob(str(n), path, path.name)
    damaged = folder / "damaged.pdf"
    damaged.write_bytes(b"%PDF-1.7 and nothing more")
    yield ReadJob("damaged", damaged, damaged.name)


def test_a_reading_actor_killed_half_way_loses_and_doubles_nothing(
    fleet: Workforce, tmp_path: Path
) -> None:
    jobs = list(_jobs(tmp_path, 60))
    parts = fleet.read(jobs, LIMITS)
    come = [next(parts)]
    _kill_one("_Reader")
    come += parts
    assert sorted(each.key for each in come) == sorted(job.key for job in jobs)
    told = {each.key: each for each in come}
    assert told.pop("damaged").error
    right = {each.key: each for each in HERE.read(jobs[:3], LIMITS)}
    for key, each in right.items():
        assert each.found == told[key].found
    assert all(each.error is None for each in told.values())


def test_a_library_is_indexed_by_a_fleet_as_by_this_machine(
    local: Workforce, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    list(_jobs(notes, 3))
    place = Home(home)
    with Library(place.library) as library:
        add_all(library, [str(notes)], metadata=None, progress=Silent())
    import ray  # noqa: PLC0415 - an extra

    begun: list[str] = []
    begin: Callable[..., object] = ray.init

    def init(address: str, **how: object) -> None:
        begun.append(address)
        begin(address, **how)

    monkeypatch.setattr("ray.init", init)
    monkeypatch.setattr("indexer.build.hands", lambda *_: local)
    built = build_index(place, BuildOptions(ray="local"), Silent())
    assert (built.read, built.failed, built.encoded) == (4, 1, 3)
    assert begun == ["local"]  # once for all that is read and encoded
    assert not ray.is_initialized()
    monkeypatch.undo()
    vectors = next((place.index / "vectors").glob("*.sqlite"))
    vectors.unlink()
    again = build_index(place, BuildOptions(rebuild=True), Silent())
    assert again.manifest.content_digest == built.manifest.content_digest


def test_little_work_begins_no_cluster(
    prepared_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec("ray") is None:
        pytest.skip("ray is not installed")
    monkeypatch.delitem(sys.modules, "indexer.fleet", raising=False)
    there = hands(1, "nowhere.example:1")  # no cluster answers there, and none is asked
    encoder = load_encoder(prepared_encoder)
    (part,) = there.encode({b"a": "A text."}, encoder, prepared_encoder)
    assert list(part) == [b"a"]
    assert len(list(there.read(list(_jobs(tmp_path, 1)), LIMITS))) == 2
    there.close()
    assert "indexer.fleet" not in sys.modules  # nor is Ray imported, which takes seconds
    monkeypatch.setattr("indexer.oncall.ENOUGH_TEXTS", 1)
    monkeypatch.setattr("ray.init", _nowhere)
    with pytest.raises(SettingError, match="no cluster"):
        list(there.encode({b"a": "A text."}, encoder, prepared_encoder))


def _nowhere(*_: object, **__: object) -> None:
    raise ConnectionError("Could not find any running Ray instance.")


def test_a_cluster_that_is_not_there_is_told_of(
    local: Workforce, prepared_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ray.init", _nowhere)
    encoder = load_encoder(prepared_encoder)
    with pytest.raises(SettingError, match="EVIDENCE_RAY is 'local', and no cluster"):
        list(local.encode({b"a": "A text."}, encoder, prepared_encoder))


def test_without_ray_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "indexer.fleet", raising=False)
    with pytest.raises(SettingError, match="EVIDENCE_RAY") as caught:
        hands(1, "local")
    assert 'pip install "ray[data]"' in (caught.value.cure or "")
