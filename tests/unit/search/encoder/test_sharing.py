"""How many threads share a question."""

from pathlib import Path

import pytest

from search.encoder import load, processor


def _flags(told: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "cpuinfo"
    file.write_text(f"processor\t: 0\nflags\t\t: fpu {told} sse2\n", encoding="utf-8")
    monkeypatch.setattr(processor, "_TOLD", file)


@pytest.mark.parametrize("told", ["avx512_vnni", "avx2 avx_vnni"])
def test_one_where_bytes_are_multiplied_at_once(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _flags(told, tmp_path, monkeypatch)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3})
    assert load.for_questions() == 1


def test_two_where_they_are_not_and_there_are_as_many_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _flags("avx2", tmp_path, monkeypatch)
    for cores, threads in ((1, 1), (2, 2), (8, 2)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, n=cores: set(range(n)))
        assert load.for_questions() == threads


def test_a_system_that_does_not_tell_of_its_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "_TOLD", tmp_path / "none")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    assert load.for_questions() == 2
