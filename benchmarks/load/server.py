"""A server on loopback, and how much memory it holds."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx

EVIDENCE: Final = (sys.executable, "-c", "from cli.main import main; main()")
START_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB of a server's processes: `own` is theirs alone, `shared` the index's pages and code.

    `own` counts what no file stands behind: what grows where something is never let go.
    """

    own: float
    shared: float

    def __str__(self) -> str:
        """In words."""
        return f"{self.own:,.0f} MiB of its own, {self.shared:,.0f} MiB of files in memory"


class Server:
    """`evidence serve` over a home, as long as the context lasts."""

    def __init__(
        self, home: Path, port: int, workers: int, evidence: Sequence[str] = EVIDENCE
    ) -> None:
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        self._command = [*evidence, "serve", "--home", str(home), "--port", str(port)]
        self._command += ["--workers", str(workers)]

    def __enter__(self) -> Self:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.address}/readyz").is_success:
                    return self
            except httpx.TransportError:
                time.sleep(0.2)
        self.__exit__(None, None, None)
        raise RuntimeError("The server did not get ready.")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(timeout=30)

    def memory(self) -> Memory:
        """Of all its processes; of a page that several share, each has its part (Pss)."""
        own = shared = 0.0
        for pid in [self._process.pid, *_children(self._process.pid)]:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
            facts = {line.split()[0]: line.split()[1] for line in told.splitlines()[1:]}
            own += int(facts["Pss_Anon:"]) / 1024
            shared += int(facts["Pss_File:"]) / 1024
        return Memory(own, shared)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        listed = (task / "children").read_text("ascii").split()
        found += [int(child) for child in listed]
    return found
