"""Making a key: its options checked, its text shown once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from api.keys.errors import WrongKeyOptions
from api.keys.origins import parse_origin
from api.keys.secrets import KeyText
from api.keys.store import KeyStore
from api.keys.types import Key, KeyKind, Quota, Scope
from search.questions import LARGEST_K

#: How much a key may ask where nothing else is said.
QUOTAS: Final = {
    KeyKind.SITE: Quota(per_minute=300, per_day=50_000),
    KeyKind.API: Quota(per_minute=120, per_day=10_000),
    KeyKind.ADMIN: Quota(per_minute=600, per_day=50_000),
}
LONGEST_NAME: Final = 100


def make_scope(
    *,
    origins: Sequence[str],
    centres: Sequence[str] = (),
    topics: Sequence[str] = (),
    greatest_k: int = 10,
) -> Scope:
    """What a site key may ask, and from where.

    Raises:
        WrongKeyOptions: no origin, or one that is none; a k out of range.
    """
    if not origins:
        raise WrongKeyOptions(
            "A site key needs the sites it may be used on.",
            cure="Name each with --origin, for example --origin https://example.org",
        )
    if not 1 <= greatest_k <= LARGEST_K:
        raise WrongKeyOptions(f"The greatest k is {greatest_k}; it must be 1 to {LARGEST_K}.")
    exact = tuple(dict.fromkeys(map(parse_origin, origins)))
    return Scope(exact, _words(centres), _words(topics), greatest_k)


def make_key(
    store: KeyStore,
    kind: KeyKind,
    *,
    name: str,
    who: str,
    now: datetime,
    scope: Scope | None = None,
    quota: Quota | None = None,
    expires: datetime | None = None,
) -> tuple[Key, KeyText]:
    """Make and keep a key; its text is in no other place than the second value.

    Raises:
        WrongKeyOptions: with what is wrong.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongKeyOptions(
            f"A key needs a name of at most {LONGEST_NAME} printable characters.",
            cure="Say who uses it, and where.",
        )
    if (scope is not None) != (kind is KeyKind.SITE):
        raise WrongKeyOptions(
            "Site keys have a scope, and only they.",
            cure="Leave --origin, --centre, --topic and --greatest-k to site keys.",
        )
    if expires is not None and expires <= now:
        raise WrongKeyOptions("The key would have expired already.", cure="Name a later day.")
    text = KeyText.make(kind)
    key = Key(
        text.key_id, kind, name, quota or QUOTAS[kind], now, who, scope=scope, expires=expires
    )
    store.add(key, text)
    return key, text


def _words(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
