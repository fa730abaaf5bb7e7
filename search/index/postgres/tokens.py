"""Token vectors of the best candidates, fetched as they are needed and held for a while."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from search.cache import Cache
from search.encoder.types import Tokens
from search.index.postgres.asking import Asking
from search.index.postgres.connections import Connections
from search.index.postgres.schema import PLACES
from search.index.postgres.store import gone
from search.index.tokens import Records, TokensOf, rarity_of, record_type
from search.index.types import Ordinals, Scores

PASSAGES_HELD: Final = 4_000  # about 5.5 kB each


class EngineTokens:
    """The `TokenScores` of one generation."""

    def __init__(
        self, connections: Connections, asking: Asking, *, dimension: int, passages: int
    ) -> None:
        self._connections = connections
        self._asking = asking
        self._kind = record_type(dimension)
        self._passages = passages
        self._rarity = self._read_rarity()
        self._held: Cache[int, Records] = Cache(PASSAGES_HELD)

    def _read_rarity(self) -> NDArray[np.float32]:
        found = self._connections.rows(
            self._asking.plain("SELECT token, passages FROM {schema}.rarity")
        )
        frequencies = np.zeros(max((token for token, _ in found), default=0) + 1, np.int64)
        for token, passages in found:
            frequencies[token] = passages
        return rarity_of(frequencies, self._passages)

    def score(self, query: Tokens, ordinals: Ordinals) -> Scores:
        """Each given passage's score, -1 to 1, shape (len(ordinals),)."""
        if len(ordinals) == 0:
            return np.empty(0, np.float32)
        return self._of(ordinals.tolist()).scores(query)

    def score_spans(
        self, query: Tokens, ordinal: int, spans: Sequence[tuple[int, int]], before: int
    ) -> Scores:
        """The score of each part of a passage, shape (len(spans),); -1 where it has no token."""
        return self._of([ordinal]).scores_of_spans(query, spans, before)

    def _of(self, ordinals: list[int]) -> TokensOf:
        found = self._records(ordinals)
        return TokensOf([found[each] for each in ordinals], self._rarity, self._passages)

    def _records(self, ordinals: Sequence[int]) -> Mapping[int, Records]:
        found = self._held.get(ordinals, self._load)
        if len(found) < len(set(ordinals)):
            raise gone()
        return found

    def _load(self, ordinals: list[int]) -> Mapping[int, Records]:
        rows = self._connections.rows(
            self._asking.plain(
                "SELECT ordinal, records FROM {schema}.token "
                "WHERE ordinal = ANY(%(ordinals)s::bigint[]) "
                "AND report_row = ANY(%(rows)s::bigint[])"
            ),
            {"ordinals": ordinals, "rows": list({o // PLACES for o in ordinals})},
        )
        return {ordinal: np.frombuffer(records, self._kind) for ordinal, records in rows}
