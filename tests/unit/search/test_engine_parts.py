"""Parts of the engine that need no database: the breaker, what is held, addresses."""

import pytest

from api.settings import load_settings
from corpus.errors import SettingError
from indexer.settings import load_index_settings
from search.index.address import parse_address
from search.index.postgres.breaker import FAILURES, PAUSE_S, Breaker
from search.index.postgres.cache import Cache

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


def test_an_address_is_told_without_its_password() -> None:
    address = parse_address(DSN)
    assert str(address) == "postgresql://ann@db.example:5433/library"
    assert SECRET not in repr(address)
    assert SECRET not in repr(load_settings(engine=DSN))
    assert SECRET not in repr(load_index_settings(engine=DSN))
    assert str(parse_address("postgresql:///x?host=/run/postgresql")) == (
        "postgresql:///run/postgresql/x"
    )


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
