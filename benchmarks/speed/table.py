"""The bench's one table: what was measured, under which settings, on what."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("onnxruntime", "tokenizers", "faiss-cpu", "tantivy", "pypdfium2", "pypdf")
_SETS: Final = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: who, and a cell for each of the part's columns."""

    who: str
    cells: tuple[str, ...]


def heading() -> str:
    """Commit, versions and machine."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    return (
        f"commit    {commit()}\n"
        f"machine   {processor()}, {len(os.sched_getaffinity(0))} cores, "
        f"load {os.getloadavg()[0]:.1f} at the start, Python {platform.python_version()}\n"
        f"versions  {versions}"
    )


def show(title: str, settings: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Print a part: its settings above its lines."""
    listed = [Row("", tuple(columns)), *rows]
    widths = [max(len(row.cells[at]) for row in listed) for at in range(len(columns))]
    names = max(len(title), *(len(row.who) for row in listed))
    print(f"\n{settings}")
    for place, row in enumerate(listed):
        cells = "  ".join(cell.rjust(width) for cell, width in zip(row.cells, widths, strict=True))
        print(f"{(row.who if place else title).ljust(names)}  {cells}", flush=True)


def commit(folder: Path = Path(__file__).parent) -> str:
    """The commit measured, marked where files differ from it."""
    command = ("git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12")
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown: not a checkout"


def processor() -> str:
    """The processor's name, and those of its instruction sets that matter here."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    having = [name for name in _SETS if name in flags]
    return f"{names[0] if names else platform.machine()} ({', '.join(having) or 'sets unknown'})"


def installed(python: Path, packages: Sequence[str]) -> str:
    """Versions of packages in another environment."""
    told = "', '.join(f'{name} {version(name)}' for name in sys.argv[1:])"
    code = f"import sys; from importlib.metadata import version; print({told})"
    command = (str(python), "-c", code, *packages)
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"
