"""Answers as they were sent, so that what is asked again is neither worked out nor written again.

A body depends on the index and on what was asked, but for the time that the answer took.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self
from weakref import WeakKeyDictionary

from pydantic import BaseModel
from pydantic_core import to_json

from api.schemas.answers import SearchResponse
from api.selection import written
from search.kept import Kept
from search.searcher import Searcher
from search.types import Answer

MOST_BYTES: Final = 16 * 2**20
_UNTIMED: Final = b'"took_ms":{}'  # quotes within a JSON string are escaped: it stands once at most


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer, and its body without the time it took.

    `size` is that of the body with every field: the answer is kept however little is shown of it.
    """

    answer: Answer
    untimed: bytes
    size: int

    @classmethod
    def of(cls, answer: Answer, cursor: str | None, fields: str | None) -> Self:
        """As `SearchResponse` has it; raises InvalidQuery where it has no such field."""
        whole = SearchResponse.from_answer(replace(answer, took_ms={}), cursor)
        untimed = written(whole, fields)
        size = len(untimed if fields is None else written(whole, None))
        return cls(answer, untimed, size)

    def body(self, took_ms: Mapping[str, float]) -> bytes:
        """The whole of it; `took_ms` as `Answer` has it."""
        return self.untimed.replace(_UNTIMED, b'"took_ms":' + to_json(dict(took_ms)))


class Repeats:
    """The bodies asked for last, of each index that is open. Safe to share by threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """`most`: the sizes of all bodies of one index, in bytes."""
        self._most = most
        self._kept: WeakKeyDictionary[Searcher, Kept[str, Sent]] = WeakKeyDictionary()

    def find(self, searcher: Searcher, query: BaseModel) -> Sent | None:
        """What was sent when the same was asked of the same index, if it is kept."""
        kept = self._kept.get(searcher)
        return None if kept is None else kept.find(query.model_dump_json())

    def keep(self, searcher: Searcher, query: BaseModel, sent: Sent) -> None:
        """Keep what is sent until the searcher goes; not where its index may change."""
        if searcher.keeps:
            kept = self._kept.setdefault(searcher, Kept(self._most, _size_of))
            kept.keep(query.model_dump_json(), sent)


def _size_of(sent: Sent) -> int:
    return sent.size
