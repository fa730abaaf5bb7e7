"""Keys as their librarian sees them."""

from datetime import datetime
from http import HTTPStatus
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.dependencies import Keeper, Librarian
from api.keys.types import Key, KeyKind, Scope
from api.parameters import NoQuery
from api.problem_docs import documented

router = APIRouter(prefix="/v1")


class ScopeOut(BaseModel):
    """What a site key may ask, and from where; empty lists of centres or topics: all."""

    origins: list[str]
    centres: list[str]
    topics: list[str]
    greatest_k: int

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """From the domain type."""
        return cls(
            origins=list(scope.origins),
            centres=list(scope.centres),
            topics=list(scope.topics),
            greatest_k=scope.greatest_k,
        )


class KeyOut(BaseModel):
    """A key without its secret."""

    key_id: str
    kind: KeyKind
    name: str
    scope: ScopeOut | None = Field(description="Of site keys only.")
    per_minute: int
    per_day: int
    created: datetime
    created_by: str
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None = Field(description="To the minute.")

    @classmethod
    def of(cls, key: Key) -> Self:
        """From the domain type."""
        return cls(
            key_id=key.key_id,
            kind=key.kind,
            name=key.name,
            scope=None if key.scope is None else ScopeOut.of(key.scope),
            per_minute=key.quota.per_minute,
            per_day=key.quota.per_day,
            created=key.created,
            created_by=key.created_by,
            expires=key.expires,
            revoked=key.revoked,
            last_used=key.last_used,
        )


class KeysResponse(BaseModel):
    """Every key ever made."""

    keys: list[KeyOut]


@router.get(
    "/keys",
    responses=documented(HTTPStatus.SERVICE_UNAVAILABLE),
    summary="The keys of this service",
)
def keys(_: NoQuery, __: Librarian, keeper: Keeper) -> KeysResponse:
    """Every key with its scope, quotas and last use; for admin keys only."""
    return KeysResponse(keys=[KeyOut.of(key) for key in keeper.keys.all()])
