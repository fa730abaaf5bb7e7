"""The socket that several processes answer on, each taking its share of the connections.

Told that somebody waits, asyncio takes everybody who does, so that the process that wakes first
had all of eight connections and the other none. Here a process takes one at a time, and leaves
it to one that has fewer.
"""

import ctypes
import multiprocessing
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.sharedctypes import RawArray
from typing import TYPE_CHECKING, Any, Final

import uvicorn

if TYPE_CHECKING:
    from ctypes import Array

_PLACES: Final = 256  # for processes, those included that are starting
_PAUSE_S: Final = 0.0005  # given to the others, each time that a connection is left to them
_LEFT_S: Final = 0.1  # for which a connection is left at most: they may be busy, or hang
_KEPT_S: Final = 1.0  # for which none is left again where nobody came
_ANOTHER_S: Final = 0.2  # after so long it is another connection that waits


class Held(ctypes.Structure):
    """How many connections a process has open; in memory that all of them share."""

    _fields_ = (("process", ctypes.c_int32), ("connections", ctypes.c_int32))


class SharedSocket(socket.socket):
    """A listening socket, the same in several processes."""

    def __init__(
        self, family: int, kind: int, proto: int, *, fileno: int, held: "Array[Held]", place: int
    ) -> None:
        """`held` by each process; this one's is at `place`."""
        super().__init__(family, kind, proto, fileno)
        self._held = held
        self._mine = held[place]
        self._mine.process, self._mine.connections = 0, 0
        self._begun = place
        self._has_given = False
        self._left_first = self._left_last = self._kept_until = 0.0
        self._elsewhere = 0

    def listen(self, backlog: int = 128, /) -> None:
        """See `socket.listen`; from here on this process takes its share."""
        super().listen(backlog)
        self._mine.process = os.getpid()

    def accept(self) -> tuple[socket.socket, Any]:
        """See `socket.accept`; says that nobody waits after each, and where others have fewer.

        After a failure too, which asyncio would repeat two thousand times; one that has no files
        left is not waited for.
        """
        if self._has_given or self._leaves_it():
            self._has_given = False
            raise BlockingIOError
        try:
            accepted, address = super().accept()
        except (BlockingIOError, ConnectionAbortedError):  # nobody waits, or not any more
            raise
        except OSError:
            self._has_given, self._mine.process = True, 0
            raise
        self._has_given, self._mine.process = True, os.getpid()
        return _Connection(accepted, self._mine), address

    def close(self) -> None:
        """See `socket.close`; it takes no share any more."""
        self._mine.process = 0
        super().close()

    def _leaves_it(self) -> bool:
        """Let a process that has fewer connections be the first, for a while."""
        now = time.monotonic()
        if now < self._kept_until or not any(map(self._has_fewer, self._held)):
            return False
        elsewhere = sum(each.connections for each in self._held) - self._mine.connections
        if elsewhere > self._elsewhere or now - self._left_last > _ANOTHER_S:
            self._left_first = now  # another has taken the one before, or it is long ago
        self._left_last, self._elsewhere = now, elsewhere
        if now - self._left_first > _LEFT_S:
            self._kept_until = now + _KEPT_S
            return False
        time.sleep(_PAUSE_S)
        return True

    def _has_fewer(self, other: Held) -> bool:
        if not other.process or other.connections >= self._mine.connections:
            return False
        with suppress(OSError):
            os.kill(other.process, 0)
            return True
        return False

    def __reduce__(self) -> tuple[Callable[..., "SharedSocket"], tuple[Any, ...]]:
        """To a process that is being started, as `multiprocessing` has it of any socket."""
        from multiprocessing.reduction import DupFd  # noqa: PLC0415 - not on every system

        alive = {child.pid for child in multiprocessing.active_children()}
        for held in self._held:
            if held.process not in alive:  # its number will be another's one day
                held.process = 0
        free = (each % _PLACES for each in range(self._begun + 1, self._begun + _PLACES))
        self._begun = next(place for place in free if not self._held[place].process)
        kind = self.family, self.type, self.proto
        return _rebuilt, (DupFd(self.fileno()), kind, self._held, self._begun)


def _rebuilt(
    inherited: Any,  # noqa: ANN401 - multiprocessing has no type for it
    kind: tuple[int, int, int],
    held: "Array[Held]",
    place: int,
) -> SharedSocket:
    return SharedSocket(*kind, fileno=inherited.detach(), held=held, place=place)


class _Connection(socket.socket):
    """A connection, counted while it is open."""

    def __init__(self, accepted: socket.socket, holder: Held) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        self._holder: Held | None = holder
        holder.connections += 1

    def close(self) -> None:
        """See `socket.close`."""
        if self._holder:
            self._holder.connections -= 1
            self._holder = None
        super().close()


def listening(config: uvicorn.Config) -> SharedSocket:
    """What several processes listen on, without Nagle's algorithm.

    asyncio turns it off on sockets of its own making only; here it would hold an answer's body
    back for 40 ms, until the client has acknowledged the headers.
    """
    bound = config.bind_socket()
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
    kind = bound.family, bound.type, bound.proto
    return SharedSocket(*kind, fileno=bound.detach(), held=RawArray(Held, _PLACES), place=0)
