"""Keys as they are kept: hashed, revoked at once for every process, told of for good."""

import sqlite3
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.keys.errors import KeysUnusable, UnknownKey, WrongKeyOptions
from api.keys.making import make_key, make_scope
from api.keys.secrets import KeyText
from api.keys.store import KeyStore
from api.keys.types import KeyKind, Quota

NOW = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)
SCOPE = make_scope(origins=["https://a.org"], centres=["eef"], greatest_k=5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "keys.db"


@pytest.fixture
def store(path: Path) -> KeyStore:
    return KeyStore(path)


def _make(store: KeyStore, kind: KeyKind = KeyKind.API) -> KeyText:
    scope = SCOPE if kind is KeyKind.SITE else None
    _, text = make_key(store, kind, name="A tester", who="ann", now=NOW, scope=scope)
    return text


def test_without_a_key_nothing_is_written(store: KeyStore, path: Path) -> None:
    assert store.all() == []
    assert store.audit() == []
    assert store.find(KeyText.make(KeyKind.API)) is None
    assert not path.parent.exists()


def test_a_key_is_found_by_its_text_and_by_nothing_near_it(store: KeyStore) -> None:
    text = _make(store)
    found = store.find(text)
    assert found
    assert (found.key_id, found.kind, found.created_by) == (text.key_id, KeyKind.API, "ann")
    other = KeyText.make(KeyKind.API)
    assert store.find(KeyText(text.kind, text.key_id, other.secret)) is None
    assert store.find(KeyText(KeyKind.ADMIN, text.key_id, text.secret)) is None
    assert store.find(other) is None


def test_the_file_holds_no_secret_and_is_its_owner_s_alone(store: KeyStore, path: Path) -> None:
    text = _make(store)
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert text.secret.encode() not in kept
    assert text.digest in kept
    assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in path.parent.iterdir())


def test_a_key_s_text_reads_back_and_its_repr_hides_the_secret() -> None:
    text = KeyText.make(KeyKind.SITE)
    assert KeyText.read(str(text)) == text
    assert text.secret not in repr(text)
    for wrong in ("", "ev_site_x", f"{text}x", f" {text}", str(text).upper(), f"{text}\n"):
        assert KeyText.read(wrong) is None


def test_the_scope_comes_back(store: KeyStore) -> None:
    found = store.find(_make(store, KeyKind.SITE))
    assert found
    assert found.scope == SCOPE


def test_another_process_sees_a_revocation_at_once(store: KeyStore, path: Path) -> None:
    text, other = _make(store), KeyStore(path)
    seen = other.find(text)
    assert seen
    assert seen.fault(NOW) is None
    store.revoke(text.key_id, who="bob", now=NOW)
    seen = other.find(text)
    assert seen
    assert seen.fault(NOW) == "The key was revoked."


def test_a_key_expires(store: KeyStore) -> None:
    later = NOW + timedelta(days=1)
    key, _ = make_key(store, KeyKind.API, name="x", who="ann", now=NOW, expires=later)
    assert key.fault(later - timedelta(seconds=1)) is None
    assert key.fault(later) == "The key has expired."


def test_last_used_is_kept_to_the_minute(store: KeyStore) -> None:
    text = _make(store)

    def use(at: datetime) -> datetime | None:
        key = store.get(text.key_id)
        store.used(key, at)
        return store.get(text.key_id).last_used

    assert use(NOW) == NOW
    assert use(NOW + timedelta(seconds=59)) == NOW
    assert use(NOW + timedelta(seconds=61)) == NOW + timedelta(seconds=61)


def test_the_audit_tells_who_and_when_and_cannot_be_changed(store: KeyStore, path: Path) -> None:
    text = _make(store)
    store.revoke(text.key_id, who="bob", now=NOW)
    store.revoke(text.key_id, who="eve", now=NOW)  # it was already
    told = [(entry.who, entry.what, entry.key_id) for entry in store.audit()]
    assert told == [("ann", "created", text.key_id), ("bob", "revoked", text.key_id)]
    database = sqlite3.connect(path)
    for change in ("DELETE FROM audit", "UPDATE audit SET who = 'eve'"):
        with pytest.raises(sqlite3.DatabaseError, match="cannot be changed"):
            database.execute(change)
    database.close()


def test_many_make_keys_at_once(path: Path) -> None:
    def make() -> None:
        _make(KeyStore(path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(KeyStore(path).all()) == 8


def test_a_file_put_back_from_a_backup_counts_at_once(store: KeyStore, path: Path) -> None:
    text = _make(store)
    assert store.find(text)
    other = KeyStore(path.with_name("other.db"))
    theirs = _make(other)
    backup = sqlite3.connect(path.with_name("backup.db"))
    source = sqlite3.connect(path.with_name("other.db"))
    source.backup(backup)
    for database in (source, backup):
        database.close()
    for left in path.parent.glob("keys.db*"):
        left.unlink()
    path.with_name("backup.db").rename(path)
    assert store.find(text) is None
    assert store.find(theirs)


def test_a_damaged_file_is_told_with_a_cure(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(KeysUnusable) as refused:
        KeyStore(path).all()
    assert refused.value.cure


def test_an_unknown_key_is_told(store: KeyStore) -> None:
    with pytest.raises(UnknownKey):
        store.revoke("0123456789", who="ann", now=NOW)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x1b[31m", "a\u202eb"])
def test_names_that_cannot_be_shown(store: KeyStore, name: str) -> None:
    with pytest.raises(WrongKeyOptions):
        make_key(store, KeyKind.API, name=name, who="ann", now=NOW)


def test_what_a_key_cannot_be(store: KeyStore) -> None:
    with pytest.raises(WrongKeyOptions, match="--origin"):
        raise_with_cure(lambda: make_scope(origins=[]))
    with pytest.raises(WrongKeyOptions):
        make_scope(origins=["https://a.org"], greatest_k=101)
    for kind, scope in ((KeyKind.SITE, None), (KeyKind.API, SCOPE), (KeyKind.ADMIN, SCOPE)):
        with pytest.raises(WrongKeyOptions):
            make_key(store, kind, name="x", who="ann", now=NOW, scope=scope)
    with pytest.raises(WrongKeyOptions):
        make_key(store, KeyKind.API, name="x", who="ann", now=NOW, expires=NOW, quota=Quota(1, 1))


def raise_with_cure(make: object) -> None:
    assert callable(make)
    try:
        make()
    except WrongKeyOptions as error:
        raise WrongKeyOptions(f"{error} {error.cure}") from error
