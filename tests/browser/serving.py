"""A real server in a process of its own, on a free port."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tests.serving import gets_ready

READY_S: Final = 180.0


@contextmanager
def serving(
    home: Path, log: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """`evidence serve` over a home; gives its address, without a slash at the end.

    Args:
        home: with an index.
        log: what the server says goes there.
        environment: EVIDENCE_ settings besides.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-c", "from cli.main import main; main()"]
    options = ["serve", "--home", str(home), "--port", str(port)]
    with log.open("w") as said:
        process = subprocess.Popen(
            [*command, *options],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
        try:
            address = f"http://127.0.0.1:{port}"
            if not gets_ready(address, process, READY_S):
                raise RuntimeError(f"The server did not get ready:\n{log.read_text()}")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)
