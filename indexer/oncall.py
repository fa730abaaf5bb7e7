"""A cluster that is called where there is enough to do, and costs nothing where there is not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from corpus.errors import SettingError
from corpus.library.arrivals import Reading
from corpus.reading.workers import ReadJob, ReadLimits, ReadOutcome
from indexer.workforce import Workforce
from search.encoder.types import Encoded, Encoder

ENOUGH_FILES: Final = 200  # below, this machine alone is done sooner (docs/scale.md)
ENOUGH_TEXTS: Final = 1_000


@dataclass(frozen=True)
class OnCall:
    """A `Workforce`: `here` does what is little, the Ray cluster at `address` what is much.

    Ray takes seconds to import, which is not done before there is something for it.
    """

    address: str
    here: Workforce

    def __post_init__(self) -> None:
        """Raise SettingError where Ray is not installed, before anything is begun."""
        if find_spec("ray") is None:
            raise _not_installed("ray")

    @cached_property
    def _fleet(self) -> Workforce:
        try:
            from indexer.fleet import Fleet  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise _not_installed(error.name) from error
        return Fleet(self.address)

    def read(self, jobs: Sequence[ReadJob], limits: ReadLimits) -> Iterator[ReadOutcome[Reading]]:
        """Read here or on the cluster; raises as it does."""
        return (self.here if len(jobs) < ENOUGH_FILES else self._fleet).read(jobs, limits)

    def encode(
        self, texts: Mapping[bytes, str], encoder: Encoder, folder: Path
    ) -> Iterator[Mapping[bytes, Encoded]]:
        """Encode here or on the cluster; raises as it does."""
        by = self.here if len(texts) < ENOUGH_TEXTS else self._fleet
        return by.encode(texts, encoder, folder)

    def close(self) -> None:
        """Let go of both."""
        self.here.close()
        if "_fleet" in vars(self):
            self._fleet.close()


def _not_installed(name: str | None) -> SettingError:
    return SettingError(
        f"EVIDENCE_RAY names a cluster, and {name} is not installed.",
        cure='Run `pip install "ray[data]"` (the extra `ray`).',
    )
