"""How this machine's processor multiplies bytes, as Linux tells."""

import platform
from pathlib import Path
from typing import Final

_TOLD: Final = Path("/proc/cpuinfo")
_VNNI: Final = frozenset({"avx512_vnni", "avx_vnni"})  # one instruction for four products of bytes
_X86: Final = frozenset({"x86_64", "AMD64"})


def has_vnni() -> bool:
    """Whether it is told to have VNNI."""
    return not _VNNI.isdisjoint(_flags())


def lacks_vnni() -> bool:
    """Whether it is an x86 that is told to have none, and cuts sums of products off."""
    flags = _flags()
    return platform.machine() in _X86 and bool(flags) and _VNNI.isdisjoint(flags)


def _flags() -> frozenset[str]:
    try:
        return frozenset(_TOLD.read_text(encoding="utf-8", errors="replace").split())
    except OSError:  # not Linux
        return frozenset()
