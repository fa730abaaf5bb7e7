"""The part `device` of the bench: encoding on a graphics card, and an index made by it.

Passages of HOME's index, each with its title, again and again until there are as many as wanted.
sentence-transformers encodes them in float32 on the same device, vectors alone, as its makers set
it (batches of 32) and in batches as large as it runs fastest; this program with the vectors of
word pieces, once by itself and once as a build does it, everything written to the cache.
`--against` asks another home, indexed by the processor, the dev policy questions too.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import torch

from benchmarks.engine.agreement import agreement
from benchmarks.relevance.policy.questions import load_questions
from benchmarks.speed.table import Row, show
from corpus.home import Home
from corpus.passages import embedded_text
from indexer.accelerators import Accelerators
from indexer.vectors import VectorCache
from indexer.workforce import Processes
from search.encoder.accelerated import accelerate
from search.encoder.devices import devices_named, quickest
from search.encoder.load import load_encoder
from search.encoder.models import DEFAULT_MODEL, resolve_model
from search.encoder.parity import compare
from search.encoder.reference import load_sentence_transformer
from search.encoder.types import Encoder
from search.index.generations import Generations
from search.loading import load_searcher

_BY_PROCESSOR: Final = 256  # passages, of which a processor encodes fewer a second
_STATED: Final = 32  # sentence-transformers' own batch


def on_a_device(options: argparse.Namespace) -> None:
    """Measure and print."""
    devices = devices_named(options.device)
    texts = list(itertools.islice(itertools.cycle(_texts(options.home)), options.passages))
    encoder = load_encoder(options.encoder)
    started = time.perf_counter()
    ours = accelerate(options.encoder, devices[0])
    opened = time.perf_counter() - started
    theirs = load_sentence_transformer(resolve_model(DEFAULT_MODEL).folder).to(devices[0])

    def plainly(rows: int) -> Callable[[], object]:
        return lambda: theirs.encode(texts, batch_size=rows, show_progress_bar=False)

    long = " ".join(["evidence"] * encoder.spec.max_tokens)
    rows = quickest(lambda n: theirs.encode([long] * n, batch_size=n, show_progress_bar=False))
    few = texts[:_BY_PROCESSOR]
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        f"sentence-transformers, batches of {_STATED}": (len(texts), plainly(_STATED)),
        f"sentence-transformers, batches of {rows}": (len(texts), plainly(rows)),
        "this program, with tokens": (len(texts), lambda: ours.encode_with_tokens(texts)),
        f"this program, written, {len(devices)} devices": (
            len(texts),
            _written(Accelerators(options.device, Processes(1)), texts, encoder, options.encoder),
        ),
        "the processor, with tokens": (len(few), lambda: encoder.encode_with_tokens(few)),
    }
    rates = dict.fromkeys(ways, 0.0)
    for _ in range(options.rounds):
        for way, (count, do) in ways.items():
            begun = time.perf_counter()
            do()
            rates[way] = max(rates[way], count / (time.perf_counter() - begun))
    plain = next(iter(rates.values()))
    kind = torch.get_device_module(devices[0].partition(":")[0])
    named = kind.get_device_name(devices[0]) if hasattr(kind, "get_device_name") else devices[0]
    settings = (
        f"settings  {', '.join(devices)}: {named}, torch {torch.__version__}; {len(texts):,} "
        f"passages of {sum(encoder.count_tokens(few)) / len(few):.0f} word pieces, best of "
        f"{options.rounds} rounds in turns; {getattr(ours, 'at_once', 0):,} word pieces a batch "
        f"were found; opened in {opened:.1f} s; against the processor: {compare(ours, encoder)}"
    )
    cells = [Row(way, (f"{r:,.0f}", f"{r / plain:.2f}")) for way, r in rates.items()]
    show("device", settings, ("passages/s", "ratio"), cells)
    if options.against:
        both = {"device": options.home, "processor": options.against}
        agreement({who: load_searcher(home) for who, home in both.items()}, load_questions("dev"))


def _texts(home: Path) -> Iterator[str]:
    index = Generations(Home(home).index).open_current()
    stored = index.store.fetch(range(index.manifest.counts.ranked))
    for each in stored.values():
        yield embedded_text(index.store.reports[each.report_row].title, each.passage)


def _written(
    there: Accelerators, texts: Sequence[str], encoder: Encoder, folder: Path
) -> Callable[[], None]:
    """As a build does it; the devices' getting ready is not in its time."""
    list(there.encode({b"": "warm"}, encoder, folder))
    given = {number.to_bytes(8): text for number, text in enumerate(texts)}

    def do() -> None:
        with (
            tempfile.TemporaryDirectory(prefix="evidence-bench-") as place,
            VectorCache(Path(place), encoder.spec) as cache,
        ):
            for some in there.encode(given, encoder, folder):
                cache.put(some)

    return do
