"""Every centre gathered twice from the replica web, and what a misbehaving site comes to.

python -m tests.replica ../shared/reports
"""

import csv
import sys
import tempfile
from pathlib import Path

from corpus.centres import load_registry
from corpus.library.library import Library
from corpus.web.answers import Limits
from corpus.web.client import Manners, PoliteClient
from corpus.web.pace import Retries
from indexer.entering import Gathering
from indexer.gathering import choose, gather
from indexer.progress import Silent
from tests.replica.sites import Report
from tests.replica.world import HOST, MISBEHAVIOURS, build

MANNERS = Manners(
    "replica (tests@example.org)",
    Retries(attempts=4, first_s=0.01, longest_s=0.05),
    Limits(bytes=2_000_000, total_s=1.0, idle_s=5.0),
    delay_s=0.0,
)


def read_reports(folder: Path) -> list[Report]:
    """The 24 smallest PDFs of a folder with a manifest."""
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["format"] == "pdf"]
    rows.sort(key=lambda row: int(row["bytes"]))
    return [
        Report(row["file"], row["title"], int(row["year"] or 2020), (folder / row["file"]).read_bytes())  # noqa: E501
        for row in rows[:24]
    ]  # fmt: skip


def main() -> None:
    """Print both runs by centre, then each misbehaviour."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        replica, path, builder = build(folder, read_reports(Path(sys.argv[1])))
        with replica, Library(folder / "library") as library:
            registry = load_registry(path)
            runs = []
            for _ in range(2):
                replica.forget()
                with PoliteClient(MANNERS, allow_hosts=builder.sites) as client:
                    chosen = choose(registry, ())
                    how = Gathering(nice_key="key")
                    runs.append(
                        gather(
                            library, client, registry, centres=chosen, how=how, progress=Silent()
                        )
                    )
        print(
            f"{'centre':22}{'listed':>8}{'new':>6}{'dup':>5}{'down':>6} | second{'down':>6}{'same':>6}"  # noqa: E501
        )
        for centre, first in runs[0].counts.items():
            second = runs[1].counts[centre]
            print(
                f"{centre:22}{first['listed']:8}{first['new']:6}{first['duplicate']:5}"
                f"{first['downloaded']:6} | {second['downloaded']:12}{second['unchanged']:6}"
            )
        failures = dict(runs[0].failures)
        print(f"\n{'misbehaviour':42} what came of it")
        for path_, (fault, times, _) in MISBEHAVIOURS.items():
            told = failures.get(builder.origin(HOST) + path_, "fetched")
            often = "always" if times > 100 else f"{times} times"
            print(f"{(fault or 'robots.txt denies it')[:32]:33}{often:9} {told[:120]}")


if __name__ == "__main__":
    main()
