"""An index killed over and over against one that was never killed.

    python -m benchmarks.reliability REPORTS [--kills 20] [--seed 1]

Indexes the folder REPORTS in a fresh home without a break, then in another home with
kill -9 at random moments, close enough together that the work is never done before the last,
and compares what the two hold.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus.home import Home
from corpus.library.library import Library
from search.index.generations import Generations


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    moments = random.Random(options.seed)  # noqa: S311 - repeatable moments, no secret
    with tempfile.TemporaryDirectory() as folder:
        whole, broken = Path(folder) / "whole", Path(folder) / "broken"
        evidence(whole, "add", str(options.reports))
        start = time.monotonic()
        evidence(whole, "index")
        took = time.monotonic() - start
        print(f"never killed: {took:.0f} s, {held(whole)}", flush=True)
        evidence(broken, "add", str(options.reports))
        shutil.copytree(whole / "models", broken / "models")
        latest = took / options.kills
        hit = sum(kill_after(broken, moments.uniform(0.5, latest)) for _ in range(options.kills))
        evidence(broken, "index")
        print(f"killed {hit} times of {options.kills}: {held(broken)}")
        same = digest(whole) == digest(broken)
        print("the two hold the same" if same else "THE TWO DIFFER")
        sys.exit(0 if same else 1)


def command(home: Path, *words: str) -> list[str]:
    """An `evidence` command line."""
    code = "from cli.main import main; main()"
    return [sys.executable, "-c", code, *words, "--home", str(home)]


def evidence(home: Path, *words: str) -> None:
    """Run a command to its end."""
    subprocess.run(command(home, *words), check=True, capture_output=True)


def kill_after(home: Path, seconds: float) -> bool:
    """Start `index`, kill it and its workers; whether it was still running."""
    process = subprocess.Popen(
        command(home, "index"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return running


def digest(home: Path) -> str:
    """What the live index holds, as one hash."""
    return Generations(Home(home).index).open_current().manifest.content_digest


def held(home: Path) -> str:
    """Counts of the live index, and the library's accounts."""
    generation = Generations(Home(home).index).open_current()
    with Library(Home(home).library) as library:
        ids = {report.report_id for report in generation.store.reports}
        states = [account.state.value for account in library.accounts(ids)]
    told = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
    return f"{generation.manifest.counts}; files: {told}"


if __name__ == "__main__":
    main()
