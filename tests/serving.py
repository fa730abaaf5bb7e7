"""An app on a real socket of loopback, in a thread of the test; a server awaited."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """The port it answers on."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def gets_ready(address: str, process: subprocess.Popen[Any], seconds: float) -> bool:
    """Whether a server that was begun says so in that time; not where it ends before."""
    deadline = time.monotonic() + seconds
    with httpx.Client() as client:  # one for all tries: making it takes longer than asking
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(f"{address}/readyz").is_success:
                    return True
            except httpx.TransportError:
                time.sleep(0.05)
    return False
