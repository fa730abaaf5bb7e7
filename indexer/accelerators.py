"""Encoding on graphics cards: each is kept busy while what came back before is written."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from corpus.errors import SettingError
from corpus.library.arrivals import Reading
from corpus.reading.workers import ReadJob, ReadLimits, ReadOutcome
from indexer.workforce import Workforce
from search.encoder.parity import compare, compare_tokens, faults
from search.encoder.types import BulkEncoder, Encoded, Encoder
from search.errors import EncoderError

ENCODED_AT_ONCE: Final = 1_024  # texts that come back together
_AHEAD: Final = 2  # shares under way for each device


class Accelerators:
    """A `Workforce` whose encoding devices do; `here` reads.

    They are got ready when there is first something to encode, and kept until `close`. What they
    give is held against the encoder at hand, which will answer from their index.
    """

    def __init__(self, device: str, here: Workforce) -> None:
        """Find the devices; `device` is as `devices_named` takes it.

        Raises:
            EncoderError: there is no such device.
            SettingError: torch is not installed.
        """
        self._devices = named(device)
        self._here = here
        self._ready: list[BulkEncoder] = []

    def read(self, jobs: Sequence[ReadJob], limits: ReadLimits) -> Iterator[ReadOutcome[Reading]]:
        """Read as `here` does."""
        return self._here.read(jobs, limits)

    def encode(
        self, texts: Mapping[bytes, str], encoder: Encoder, folder: Path
    ) -> Iterator[Mapping[bytes, Encoded]]:
        """Encode on the devices.

        Raises:
            EncoderError: a text does not fit on a device, or what one gives is too far from what
                the encoder at hand does.
        """
        self._ready = self._ready or self._opened(encoder, folder)
        idle: SimpleQueue[BulkEncoder] = SimpleQueue()
        for each in self._ready:
            idle.put(each)

        def share(some: Sequence[bytes]) -> dict[bytes, Encoded]:
            device = idle.get()
            try:
                found = device.encode_with_tokens([texts[key] for key in some])
            finally:
                idle.put(device)
            return dict(zip(some, found, strict=True))

        with ThreadPoolExecutor(len(self._ready)) as pool:
            under_way: deque[Future[dict[bytes, Encoded]]] = deque()
            keys = list(texts)
            for start in range(0, len(keys), ENCODED_AT_ONCE):
                under_way.append(pool.submit(share, keys[start : start + ENCODED_AT_ONCE]))
                if len(under_way) > _AHEAD * len(self._ready):
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

    def _opened(self, encoder: Encoder, folder: Path) -> list[BulkEncoder]:
        from search.encoder.accelerated import accelerate  # noqa: PLC0415 - imports torch

        ready: list[BulkEncoder] = [accelerate(folder, device) for device in self._devices]
        if not encoder.spec.token_dimension:  # the encoder at hand is run by the same code
            return ready
        for name, each in zip(self._devices, ready, strict=True):
            if found := faults(compare(each, encoder)) + compare_tokens(each, encoder):
                raise EncoderError(
                    f"What {name} gives strays from the processor: {', '.join(found)}.",
                    cure="Leave the device out; the processor encodes then.",
                )
        return ready

    def close(self) -> None:
        """Let go of the devices, and of who reads."""
        self._ready = []
        self._here.close()


def named(device: str) -> list[str]:
    """The devices that a setting means; arguments and errors are those of `Accelerators`."""
    try:
        from search.encoder.devices import devices_named  # noqa: PLC0415 - imports torch
    except ModuleNotFoundError as error:
        raise SettingError(
            f"The device {device!r} needs {error.name}, which is not installed.",
            cure="Install everything (`make setup`), or leave the device out where nothing is "
            "indexed.",
        ) from error
    return devices_named(device)
