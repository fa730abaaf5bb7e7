"""Devices that torch runs models on: which there are, what one takes at once, what ails one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import torch

from search.errors import EncoderError

MOST_ROWS: Final = 8_192
FREE_IT: Final = "Free the device's memory, or run `evidence index` without a device."
_GAIN: Final = 1.05  # twice the rows are kept while they are encoded so much faster, per row
_IN_VAIN: Final = 2  # doublings that may bring nothing, for times vary
_LONGEST: Final = 1.0  # seconds; more rows than take as long are not tried
_AGAIN: Final = (
    "Run the same again: what was encoded is kept. If it stays so, `--device cpu` leaves encoding "
    "to the processor."
)


def devices_named(wanted: str) -> list[str]:
    """The devices that a setting means: "cuda" and "xpu" all there are, "cuda:0,cuda:2" those two.

    Raises:
        EncoderError: torch sees no such device here, or knows no such kind.
    """
    found: list[str] = []
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        try:
            device = torch.device(name)
            kind = device.type
            there = torch.get_device_module(kind).device_count() if kind != "cpu" else 1
        except (RuntimeError, AttributeError) as error:
            raise _no_device(wanted, _first_line(error)) from error
        if (device.index or 0) >= there:
            raise _no_device(wanted, f"torch {torch.__version__} sees {there} {kind} devices")
        some = range(there) if device.index is None else [device.index]
        found.extend(f"{kind}:{number}" for number in some)
    if not found:
        raise _no_device(wanted, "it names no device")
    return list(dict.fromkeys(found))


def _no_device(wanted: str, why: str) -> EncoderError:
    return EncoderError(
        f"Nothing can be encoded on {wanted!r}: {why}.",
        cure="Install a torch that is built for the device (docs/encoder.md), or leave the device "
        "out: the processor encodes then.",
    )


@contextmanager
def asked_of(device: str) -> Iterator[None]:
    """Around what a device is asked to do, with as little else as can be: what ails it, in words.

    torch has a class of its own for a few of these faults only: a driver too old, cuBLAS and
    cuDNN are any RuntimeError. Memory that does not suffice is left to who asked: less may fit.

    Raises:
        EncoderError: the device failed.
        torch.OutOfMemoryError: its memory does not suffice.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, torch.cuda.DeferredCudaCallError) as error:
        raise EncoderError(f"{device} failed: {_first_line(error)}", cure=_AGAIN) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def quickest(run_rows: Callable[[int], object]) -> int:
    """The number of rows at once from where more bring nothing, or no longer fit.

    Args:
        run_rows: encodes so many of the longest texts.
    """
    rows = best = 1
    rate, in_vain = 0.0, 0
    while rows <= MOST_ROWS and in_vain < _IN_VAIN:
        try:
            run_rows(rows)  # once for what a first time takes
            took = min(_seconds(run_rows, rows) for _ in range(2))
        except torch.OutOfMemoryError:
            break
        if took > _LONGEST:
            break
        in_vain += 1
        if rows / took >= rate * _GAIN:
            best, rate, in_vain = rows, rows / took, 0
        rows *= 2
    return best


def _seconds(run_rows: Callable[[int], object], rows: int) -> float:
    started = time.perf_counter()
    run_rows(rows)
    return time.perf_counter() - started
