"""How fast this is, against what others would pick instead and against the machine: one table.

    python -m benchmarks.speed peers FOLDER:SPLIT [--documents N] [--only NAME …]
    python -m benchmarks.speed indexing REPORTS [--files N] [--rounds N]
    python -m benchmarks.speed machine [--pieces N]
    python -m benchmarks.speed device HOME [--device cuda] [--against HOME]

Every part prints commit, machine and versions, its settings, and a line for each thing measured.
`peers` needs `make peers`, the environment of the others, and a collection in BEIR layout.
`indexing` takes a folder of PDFs. `machine` compares the encoder with what onnxruntime multiplies
at most on these cores.
"""

import argparse
from pathlib import Path

from benchmarks.speed.table import heading
from corpus.home import Home, default_home
from search.encoder.models import DEFAULT_MODEL
from search.encoder.prepare import prepare_encoder
from search.loading import encoder_folder


def main() -> None:
    """Measure one part, and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        default=encoder_folder(Home(default_home()), DEFAULT_MODEL),
        metavar="FOLDER",
        help="the prepared encoder, prepared there where it is missing",
    )
    parts = parser.add_subparsers(dest="part", required=True)
    peers = parts.add_parser("peers", help="against others, on the same passages")
    peers.add_argument("dataset", metavar="FOLDER:SPLIT")
    peers.add_argument("--documents", type=int, default=600, help="the first of the collection")
    peers.add_argument("--questions", type=int, default=200, help="the first judged ones")
    peers.add_argument("--only", nargs="*", default=[], metavar="NAME")
    peers.add_argument("--python", type=Path, default=Path(".venv-peers/bin/python"))
    indexing = parts.add_parser("indexing", help="by stage, and against the plain pipeline")
    indexing.add_argument("reports", type=Path)
    indexing.add_argument("--files", type=int, default=20, help="PDFs, spread over the folder")
    indexing.add_argument("--rounds", type=int, default=1)
    machine = parts.add_parser("machine", help="what the cores multiply, and the encoder's share")
    machine.add_argument("--passages", type=int, default=64)
    machine.add_argument("--pieces", type=int, default=188, help="word pieces of a passage")
    machine.add_argument("--rounds", type=int, default=3)
    device = parts.add_parser("device", help="encoding on a graphics card")
    device.add_argument("home", type=Path, help="its passages are encoded, its index is asked")
    device.add_argument("--device", default="cuda")
    device.add_argument("--passages", type=int, default=20_000)
    device.add_argument("--rounds", type=int, default=2)
    device.add_argument("--against", type=Path, metavar="HOME", help="the same, by the processor")
    options = parser.parse_args()
    prepare_encoder(DEFAULT_MODEL, options.encoder)
    print(heading())
    if options.part == "peers":
        from benchmarks.speed.against import against_peers

        against_peers(options)
    elif options.part == "indexing":
        from benchmarks.speed.pipeline import by_stage

        by_stage(options)
    elif options.part == "device":
        from benchmarks.speed.devices import on_a_device

        on_a_device(options)
    else:
        from benchmarks.speed.machine import shares

        shares(options)


if __name__ == "__main__":
    main()
