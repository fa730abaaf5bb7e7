"""Questions through pgbouncer in transaction mode: two connections of the server for all askers."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from search.index.address import Address
from search.index.postgres.generations import EngineGenerations
from search.searcher import Searcher
from tests.backends import PATIENT, Engine, write
from tests.builders import content
from tests.doors import ENCODER, REPORTS, TEXTS
from tests.engines import USER

QUESTIONS = ["tutoring", "patrols in hot spots", "does tutoring help pupils?", "crime"] * 5
SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
"""


@pytest.fixture
def pooler(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of an empty database, and the same behind pgbouncer (Debian's package)."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    dsn = engine.generations().address.dsn
    server = Address(dsn).hosts[0].rpartition(":")[2]
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        own = str(probe.getsockname()[1])
    folder = tmp_path_factory.mktemp("pooler")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o755)
    (folder / "users").write_text('"postgres" ""\n')
    (folder / "settings").write_text(SETTINGS.format(server=server, own=own, folder=folder))
    process = subprocess.Popen([program, "-q", str(folder / "settings")], user=USER)
    pooled = dsn.replace(f":{server}/", f":{own}/")
    try:
        _answers(pooled)
        yield dsn, pooled
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _answers(dsn: str) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError:
            assert time.monotonic() < ends
            time.sleep(0.1)
        else:
            return


def test_a_pooler_may_share_connections_between_questions(pooler: tuple[str, str]) -> None:
    direct, shared = (EngineGenerations(Address(dsn), PATIENT) for dsn in pooler)
    write(content(REPORTS, TEXTS, ENCODER), ENCODER, direct)
    one, two = (Searcher(places.open_current(), ENCODER) for places in (direct, shared))

    def told(searcher: Searcher, question: str) -> list[tuple[str, float]]:
        return [(hit.passage.passage_id, hit.score) for hit in searcher.ask(question).hits]

    with ThreadPoolExecutor(8) as askers:
        found = list(askers.map(lambda question: told(two, question), QUESTIONS))
    assert found == [told(one, question) for question in QUESTIONS]
    with psycopg.connect(pooler[1], autocommit=True) as connection:
        assert connection.execute("SHOW statement_timeout").fetchall() == [("0",)]
        assert connection.execute("SHOW jit").fetchall() == [("on",)]  # nothing of ours is left
    direct.close()
    shared.close()
