"""Reading and encoding on a Ray cluster: `map_batches` over a pool of actors.

Needs the extra `ray`, the program on every machine, and the home under the same path on all of
them. What comes back goes into the caches of the home and from there into the index as ever. A
batch whose actor dies is done again by another; nothing is written twice, since what was read and
encoded is kept by key.
"""

import logging
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import ray
from ray.data import ActorPoolStrategy, DataContext
from ray.exceptions import RayError

from corpus.errors import SettingError
from corpus.examination import examine_file
from corpus.library.arrivals import Reading
from corpus.reading.workers import ReadJob, ReadLimits, ReadOutcome, read_many
from indexer.errors import BuildFailed
from search.encoder.load import load_encoder
from search.encoder.types import Encoded, Encoder

LOCAL: Final = "local"
#: Of a processor that an actor claims: Ray Data waits for ever where none is left.
_SHARE: Final = 0.5
_FILES_AT_ONCE: Final = 16
_TEXTS_AT_ONCE: Final = 64

Rows = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fleet:
    """A `Workforce` on a cluster.

    `address` is as `ray.init` takes it, "local" for a cluster of this machine alone. The cluster is
    joined when there is first something to do, and kept until `close`.
    """

    address: str

    def read(self, jobs: Sequence[ReadJob], limits: ReadLimits) -> Iterator[ReadOutcome[Reading]]:
        """Read on the cluster; its actors bound the time and memory of a file as ever.

        Raises:
            SettingError: the cluster cannot be reached.
            BuildFailed: it gave up.
        """
        for done in self._map(jobs, _FILES_AT_ONCE, _Reader, limits):
            yield from done

    def encode(
        self,
        texts: Mapping[bytes, str],
        encoder: Encoder,  # noqa: ARG002 - of the protocol
        folder: Path,
    ) -> Iterator[Mapping[bytes, Encoded]]:
        """Encode on the cluster; every actor opens the encoder in `folder`. Raises as `read`."""
        yield from self._map(list(texts.items()), _TEXTS_AT_ONCE, _Encoder, folder.resolve())

    def _map(
        self, items: Sequence[object], at_once: int, kind: type, given: object
    ) -> Iterator[Any]:
        """What actors of a kind make of all items, batch by batch."""
        rows = [{"item": pickle.dumps(item)} for item in items]
        batches = -(-len(rows) // at_once)
        _join(self.address)
        try:
            processors = max(1, int(ray.cluster_resources().get("CPU", 1)))
            made = ray.data.from_items(rows, override_num_blocks=batches).map_batches(
                kind,
                fn_constructor_args=(given,),
                batch_size=at_once,
                num_cpus=_SHARE,
                compute=ActorPoolStrategy(size=min(processors, batches)),
            )
            for row in made.iter_rows():
                yield pickle.loads(row["made"])  # noqa: S301 - our own actors made it
        except RayError as error:
            raise BuildFailed(
                f"The Ray cluster gave up: {str(error).strip().splitlines()[-1]}",
                cure="See Ray's logs, then run `evidence index` again: it goes on where it was.",
            ) from error

    def close(self) -> None:
        """Leave the cluster; one of this machine alone ends."""
        ray.shutdown()


class _Reader:
    """An actor that reads files, each in a process that it may end."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        # A process that is spawned begins with its parent's program: Ray's would take time, and
        # of the memory that reading may have.
        vars(sys.modules["__main__"]).pop("__file__", None)

    def __call__(self, rows: Rows) -> Rows:
        return _each(
            rows,
            lambda jobs: list(read_many(jobs, workers=1, limits=self._limits, read=examine_file)),
        )


class _Encoder:
    """An actor that encodes, on one processor."""

    def __init__(self, folder: Path) -> None:
        self._encoder = load_encoder(folder, threads=1)

    def __call__(self, rows: Rows) -> Rows:
        return _each(rows, self._encode)

    def _encode(self, texts: list[tuple[bytes, str]]) -> dict[bytes, Encoded]:
        encoded = self._encoder.encode_with_tokens([text for _, text in texts])
        return dict(zip((key for key, _ in texts), encoded, strict=True))


def _each(rows: Rows, work: Callable[[list[Any]], object]) -> Rows:
    """One row of what `work` makes of the items."""
    made = np.empty(1, object)  # else numpy would make a string of bytes
    made[0] = pickle.dumps(work([pickle.loads(item) for item in rows["item"]]))  # noqa: S301 - our own
    return {"made": made}


def _join(address: str) -> None:
    """Join a cluster, or begin one, unless that was done before."""
    if ray.is_initialized():
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else Ray tells its makers
    try:
        ray.init(
            address,
            num_cpus=os.cpu_count() if address == LOCAL else None,
            include_dashboard=False if address == LOCAL else None,
            logging_level=logging.ERROR,
            log_to_driver=False,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:  # also of other versions
        raise SettingError(
            f"EVIDENCE_RAY is {address!r}, and no cluster can be joined there: {error}",
            cure="See docs/scale.md.",
        ) from error
    DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # progress is told of by the build
