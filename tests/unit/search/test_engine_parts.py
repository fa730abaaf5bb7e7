"""Parts of the engine that need no database: the breaker, what is held, addresses."""

import os
import pickle
import re
import subprocess
import sys

import pytest

from api.settings import load_settings
from corpus.errors import SettingError
from indexer.settings import load_index_settings
from search.cache import Cache
from search.errors import EngineUnavailable, IndexChanged
from search.index.address import parse_address
from search.index.postgres import schema
from search.index.postgres.breaker import FAILURES, PAUSE_S, Breaker

SECRET = "hunter2"  # noqa: S105 - that is how it is looked for
DSN = f"postgresql://ann:{SECRET}@db.example:5433/library?sslmode=require"


def test_the_circuit_opens_after_failures_in_a_row_and_lets_one_try() -> None:
    now = 100.0
    breaker = Breaker(lambda: now)
    for _ in range(FAILURES - 1):
        breaker.failed()
    assert breaker.allows()
    breaker.succeeded()
    for _ in range(FAILURES):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    now += PAUSE_S
    assert breaker.allows()
    assert not breaker.allows()  # the next waits for what this one finds
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_a_cache_keeps_what_was_used_last() -> None:
    cache: Cache[int, int] = Cache(2)
    asked: list[list[int]] = []

    def load(keys: list[int]) -> dict[int, int]:
        asked.append(keys)
        return {key: -key for key in keys if key < 9}

    assert cache.get([1, 2, 1], load) == {1: -1, 2: -2}
    assert cache.get([1], load) == {1: -1}
    assert cache.get([3], load) == {3: -3}  # 2 goes
    assert cache.get([1, 3], load) == {1: -1, 3: -3}
    assert cache.get([2, 9], load) == {2: -2}
    assert asked == [[1, 2], [3], [2, 9]]


@pytest.mark.parametrize(("kind", "seconds"), [(EngineUnavailable, 5), (IndexChanged, 1)])
def test_a_failure_crosses_a_process_whole(kind: type[EngineUnavailable], seconds: int) -> None:
    error = kind("It is away.", cure="Ask again.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is kind
    assert (str(again), again.cure, again.retry_after_s) == ("It is away.", "Ask again.", seconds)


def test_an_address_is_told_without_its_password() -> None:
    address = parse_address(DSN)
    assert str(address) == "postgresql://ann@db.example:5433/library"
    assert SECRET not in repr(address)
    assert SECRET not in repr(load_settings(engine=DSN))
    assert SECRET not in repr(load_index_settings(engine=DSN))
    assert str(parse_address("postgresql:///x?host=/run/postgresql")) == (
        "postgresql:///run/postgresql/x"
    )


def test_an_address_may_name_a_server_and_its_standbys() -> None:
    address = parse_address(f"postgresql://ann:{SECRET}@one:5433,two,[::1]:5434/library")
    assert address.hosts == ("one:5433", "two", "[::1]:5434")
    assert str(address) == "postgresql://ann@one:5433,two,[::1]:5434/library"
    assert parse_address("postgresql:///x?host=/run/a,/run/b").hosts == ("/run/a", "/run/b")
    with pytest.raises(ValueError, match="must look like"):
        parse_address("postgresql://one:5433,two:port/library")


@pytest.mark.parametrize(
    "wrong", [f"mysql://a:{SECRET}@h/db", f"postgresql://a:{SECRET}@h:port/db", SECRET]
)
def test_a_wrong_address_is_refused_without_being_told(wrong: str) -> None:
    for load in (load_settings, load_index_settings):
        with pytest.raises(SettingError, match="EVIDENCE_ENGINE") as caught:
            load(engine=wrong)
        assert SECRET not in str(caught.value)
        assert "postgresql://" in str(caught.value)


def test_no_address_means_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_ENGINE", "")
    assert load_settings().engine is None
    assert load_index_settings().engine is None


def test_without_the_driver_one_is_told_what_to_install() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from cli.main import main; sys.argv = ['evidence', 'ask', 'mentoring']; main()"
    )
    environment = {**os.environ, "EVIDENCE_ENGINE": DSN}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert 'pip install "psycopg[binary,pool]"' in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr


def test_on_citus_every_table_is_spread_by_report_or_copied() -> None:
    made = schema.create(3, 384).as_string()
    tables = re.findall(
        r'CREATE TABLE (?:IF NOT EXISTS )?"generation_3"\.(\w+) \((.*?)\n\);', made, re.DOTALL
    )
    assert {name for name, _ in tables} == {*schema.DISTRIBUTED, *schema.REFERENCE}
    for name, columns in tables:
        key = re.search(r"(\w+) bigint PRIMARY KEY|PRIMARY KEY \((.*?)\)", columns)
        if name in schema.DISTRIBUTED:
            assert key is not None
            assert "report_row" in (key[1] or key[2])  # Citus refuses a key without it
    told = [statement.as_string() for statement in schema.distribute(3)]
    assert told[0] == "SELECT create_distributed_table('generation_3.report', 'report_row')"
    assert all("colocate_with => 'generation_3.report'" in each for each in told[1:5])
    assert all("create_reference_table" in each for each in told[5:])
    assert len(told) == len(tables)
