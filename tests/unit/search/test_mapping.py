from pathlib import Path

import numpy as np
import pytest

from search.index.counted import _END
from search.index.mapping import mapped, saved
from search.index.parts import COLUMNS


@pytest.mark.parametrize("kind", ["<i8", COLUMNS, _END])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 100_000])
def test_what_numpy_saved_is_read_as_it_was(tmp_path: Path, kind: np.dtype, count: int) -> None:
    kind = np.dtype(kind)
    content = np.random.default_rng(count).bytes(count * kind.itemsize)
    array = np.frombuffer(content, kind)
    np.save(tmp_path / "array.npy", array)
    found = saved(tmp_path / "array.npy", kind)
    assert found.dtype == kind
    assert found.shape == (count,)
    assert found.tobytes() == content == np.load(tmp_path / "array.npy").tobytes()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(10, dtype="<i4"),
        np.arange(10, dtype=">i8"),
        np.arange(10, dtype="<f8"),
        np.arange(10, dtype="<i8").reshape(2, 5),
        np.arange(10, dtype="<i8").reshape(10, 1),
        np.array(7, "<i8"),
        np.zeros(2, COLUMNS),
    ],
)
def test_another_array_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "array.npy", array)
    with pytest.raises(ValueError, match=r"array\.npy"):
        saved(tmp_path / "array.npy", "<i8")


@pytest.mark.parametrize("count", [0, 3])
def test_a_file_cut_short_at_any_byte_is_refused(tmp_path: Path, count: int) -> None:
    path = tmp_path / "array.npy"
    np.save(path, np.arange(count))
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"."):
            saved(path, "<i8")
    path.write_bytes(whole + bytes(8))
    with pytest.raises(ValueError, match=r"array\.npy"):
        saved(path, "<i8")


def test_a_file_that_numpy_did_not_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "array.npy"
    np.save(path, np.arange(3))
    whole = path.read_bytes()
    path.write_bytes(b"PK" + whole[2:])
    with pytest.raises(ValueError, match=r"array\.npy"):
        saved(path, "<i8")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        saved(tmp_path / "array.npy", "<i8")
    with pytest.raises(FileNotFoundError):
        mapped(tmp_path / "records.bin", "<i8")


def test_records_that_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "records.bin"
    path.write_bytes(b"")
    assert len(mapped(path, "<i8")) == 0
    np.arange(5, dtype="<i8").tofile(path)
    assert mapped(path, "<i8").tolist() == [0, 1, 2, 3, 4]
    assert not mapped(path, "<i8", scattered=True).flags.writeable
    path.write_bytes(bytes(9))
    with pytest.raises(ValueError, match="size"):
        mapped(path, "<i8")
