"""Who reads and encodes: processes of this machine, or a fleet of machines (docs/scale.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from corpus.examination import examine_file
from corpus.library.arrivals import Reading
from corpus.reading.workers import ReadJob, ReadLimits, ReadOutcome, read_many
from search.encoder.types import Encoded, Encoder

ENCODED_AT_ONCE: Final = 256  # texts that come back together, and are kept together


class Workforce(Protocol):
    """Does the long work of a build. What is given comes back once each, in any order."""

    def read(self, jobs: Sequence[ReadJob], limits: ReadLimits) -> Iterator[ReadOutcome[Reading]]:
        """Read files and look through them."""
        ...

    def encode(
        self, texts: Mapping[bytes, str], encoder: Encoder, folder: Path
    ) -> Iterator[Mapping[bytes, Encoded]]:
        """Encode texts, some at a time, by their keys.

        Args:
            texts: by key.
            encoder: at hand.
            folder: where it was opened from, for whoever opens it elsewhere.
        """
        ...

    def close(self) -> None:
        """Let go of whoever worked: the build is over."""
        ...


@dataclass(frozen=True, slots=True)
class Processes:
    """This machine's: `workers` processes that read; the encoder at hand uses all cores."""

    workers: int

    def read(self, jobs: Sequence[ReadJob], limits: ReadLimits) -> Iterator[ReadOutcome[Reading]]:
        """Read in worker processes, no more than there are files."""
        workers = max(1, min(self.workers, len(jobs)))  # each takes a second or two to begin
        return read_many(jobs, workers=workers, limits=limits, read=examine_file)

    def encode(
        self,
        texts: Mapping[bytes, str],
        encoder: Encoder,
        folder: Path,  # noqa: ARG002 - of the protocol
    ) -> Iterator[Mapping[bytes, Encoded]]:
        """Encode in this process."""
        keys = list(texts)
        for start in range(0, len(keys), ENCODED_AT_ONCE):
            some = keys[start : start + ENCODED_AT_ONCE]
            yield dict(zip(some, encoder.encode_with_tokens([texts[k] for k in some]), strict=True))

    def close(self) -> None:
        """Nothing: its processes ended with their work."""
