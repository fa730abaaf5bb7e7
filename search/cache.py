"""What was read or worked out before and cannot change, so much of it as fits."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """The most recently used values. Safe to share by threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._held: OrderedDict[K, V] = OrderedDict()

    def put(self, values: Mapping[K, V]) -> None:
        """Keep these values."""
        with self._turn:
            self._held.update(values)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def get(self, keys: Iterable[K], load: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """The values of these keys; `load` brings those not held, and may bring fewer."""
        wanted = list(dict.fromkeys(keys))
        with self._turn:
            found = {key: self._held[key] for key in wanted if key in self._held}
            for key in found:
                self._held.move_to_end(key)
        missing = [key for key in wanted if key not in found]
        if missing:
            loaded = load(missing)
            self.put(loaded)
            found |= loaded
        return found
