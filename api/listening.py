"""The socket that several processes answer on, each taking its share of the connections.

Told that somebody waits, asyncio takes everybody who does, so that the process that wakes first
had all of eight connections and the other none. Here a process takes one at a time, and leaves
it to one that has fewer.
"""

import ctypes
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.reduction import DupFd
from multiprocessing.sharedctypes import RawArray
from typing import TYPE_CHECKING, Any, Final

import uvicorn

if TYPE_CHECKING:
    from ctypes import Array

_PROCESSES: Final = 256  # one after the other; then places are given anew
_LEFT_S: Final = 0.0005  # given to the others, each time that a connection is left to them
_LEFT_AT_MOST: Final = 50  # times one after the other: they may be busy, or hang


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
        self._left = 0

    def listen(self, backlog: int = 128, /) -> None:
        """See `socket.listen`; from here on this process takes its share."""
        super().listen(backlog)
        self._mine.process = os.getpid()

    def accept(self) -> tuple[socket.socket, Any]:
        """See `socket.accept`; says that nobody waits after each, and where others have fewer."""
        if self._has_given or self._leaves_it():
            self._has_given = False
            raise BlockingIOError
        accepted, address = super().accept()
        self._has_given, self._left = True, 0
        return _Connection(accepted, self._mine), address

    def close(self) -> None:
        """See `socket.close`; it takes no share any more."""
        self._mine.process = 0
        super().close()

    def _leaves_it(self) -> bool:
        """Let a process that has fewer connections be the first, for a while."""
        if self._left == _LEFT_AT_MOST or not any(map(self._has_fewer, self._held)):
            return False
        self._left += 1
        time.sleep(_LEFT_S)
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
        self._begun = (self._begun + 1) % _PROCESSES or 1
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
    return SharedSocket(*kind, fileno=bound.detach(), held=RawArray(Held, _PROCESSES), place=0)
