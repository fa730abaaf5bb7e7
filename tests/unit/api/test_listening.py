"""The socket that several workers share: what it gives to whom."""

import errno
import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from multiprocessing.sharedctypes import RawArray

import pytest
import uvicorn

from api import listening as module
from api.listening import Held, SharedSocket, listening


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[SharedSocket, SharedSocket]]:
    """Two processes' own of one socket, as if this were both."""
    monkeypatch.setattr(module, "_PAUSE_S", 0)
    held = RawArray(Held, 3)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        kind = bound.family, bound.type, bound.proto
        first, second = (
            SharedSocket(*kind, fileno=os.dup(bound.fileno()), held=held, place=place)
            for place in (1, 2)
        )
        with closing(first), closing(second):
            for each in (first, second):
                each.settimeout(0)
                each.listen()
            yield first, second


def _visitors(server: socket.socket, many: int, opened: ExitStack) -> None:
    for _ in range(many):
        opened.enter_context(closing(socket.create_connection(server.getsockname())))


def _taken(server: SharedSocket, looks: int, opened: ExitStack) -> list[socket.socket]:
    """What it takes in so many looks, as asyncio takes: until it is told that nobody waits."""
    taken = []
    for _ in range(looks):
        while True:
            try:
                taken.append(opened.enter_context(closing(server.accept()[0])))
            except BlockingIOError:
                break
    return taken


def test_an_answer_is_not_held_back_until_its_headers_are_acknowledged() -> None:
    config = uvicorn.Config("api.serving:worker", port=0, log_config=None)
    with closing(listening(config)) as shared:
        shared.listen()
        with (
            closing(socket.create_connection(shared.getsockname())),
            closing(shared.accept()[0]) as accepted,
        ):
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_connections_opened_at_once_are_halved(pair: tuple[SharedSocket, SharedSocket]) -> None:
    with ExitStack() as opened:
        _visitors(pair[0], 8, opened)
        taken = [len(_taken(server, 1, opened)) for _ in range(4) for server in pair]
        assert taken == [1] * 8


def test_one_that_has_more_waits_for_the_other(pair: tuple[SharedSocket, SharedSocket]) -> None:
    with ExitStack() as opened:
        _visitors(pair[0], 4, opened)
        assert len(_taken(pair[0], 5, opened)) == 1
        assert len(_taken(pair[1], 5, opened)) == 2
        assert len(_taken(pair[0], 5, opened)) == 1


def test_what_was_closed_counts_no_more(pair: tuple[SharedSocket, SharedSocket]) -> None:
    with ExitStack() as opened:
        _visitors(pair[0], 2, opened)
        (taken,) = _taken(pair[0], 1, opened)
        taken.close()
        taken.close()
        assert len(_taken(pair[0], 1, opened)) == 1


def test_one_that_hangs_is_waited_for_once(
    pair: tuple[SharedSocket, SharedSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("api.listening.time.monotonic", lambda: now)
    with ExitStack() as opened:
        _visitors(pair[0], 6, opened)
        assert len(_taken(pair[0], 1, opened)) == 1
        assert len(_taken(pair[0], 20, opened)) == 0
        now += 0.11
        assert len(_taken(pair[0], 2, opened)) == 2  # nobody came: the next is not left to others
        now += 1
        assert len(_taken(pair[0], 2, opened)) == 0
        now += 60  # somebody else took that one, and another waits
        assert len(_taken(pair[0], 2, opened)) == 0


def test_what_the_other_takes_is_left_to_it_however_much_comes(
    pair: tuple[SharedSocket, SharedSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("api.listening.time.monotonic", lambda: now)
    with ExitStack() as opened, ExitStack() as early:
        _visitors(pair[0], 12, opened)
        for _ in range(6):  # six of the first's, and none of the second's any more
            assert len(_taken(pair[0], 1, opened)) == 1
            assert len(_taken(pair[1], 1, early)) == 1
        early.close()
        _visitors(pair[0], 6, opened)
        for _ in range(6):
            assert len(_taken(pair[0], 3, opened)) == 0
            now += 0.06
            assert len(_taken(pair[1], 1, opened)) == 1


def test_one_without_files_is_not_waited_for(
    pair: tuple[SharedSocket, SharedSocket], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(_: socket.socket) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with ExitStack() as opened:
        _visitors(pair[0], 4, opened)
        with monkeypatch.context() as full:
            full.setattr(socket.socket, "accept", none_left)
            with pytest.raises(OSError, match="Too many"):
                pair[1].accept()
            with pytest.raises(BlockingIOError):  # asyncio asks again at once
                pair[1].accept()
        assert len(_taken(pair[0], 2, opened)) == 2
        assert len(_taken(pair[1], 1, opened)) == 1  # and takes its share again
        assert len(_taken(pair[0], 3, opened)) == 0


def test_a_place_is_given_anew_and_the_number_of_a_dead_process_forgotten() -> None:
    config = uvicorn.Config("api.serving:worker", port=0, log_config=None)
    spawning = multiprocessing.get_context("spawn")
    with closing(listening(config)) as shared:
        shared.listen()
        begun = [spawning.Process(target=_listens, args=(shared,)) for _ in range(2)]
        try:
            for each in begun:
                each.start()
            while sum(bool(held.process) for held in shared._held) < 2:  # noqa: SLF001
                time.sleep(0.01)
            begun[0].kill()
            begun[0].join()
            begun.append(spawning.Process(target=_listens, args=(shared,)))
            begun[2].start()
            while not shared._held[3].process:  # noqa: SLF001
                time.sleep(0.01)
            listed = [held.process for held in shared._held[:5]]  # noqa: SLF001
            assert listed == [0, 0, begun[1].pid, begun[2].pid, 0]
        finally:
            for each in begun:
                each.kill()
                each.join()


def _listens(shared: SharedSocket) -> None:
    shared.listen()
    time.sleep(60)


def test_one_that_does_not_listen_yet_is_not_waited_for(
    pair: tuple[SharedSocket, SharedSocket],
) -> None:
    held = pair[0]._held  # noqa: SLF001
    kind = pair[0].family, pair[0].type, pair[0].proto
    SharedSocket(*kind, fileno=os.dup(pair[0].fileno()), held=held, place=2).close()
    with ExitStack() as opened:
        _visitors(pair[0], 2, opened)
        assert len(_taken(pair[0], 3, opened)) == 2


def test_one_that_died_is_not_waited_for(pair: tuple[SharedSocket, SharedSocket]) -> None:
    gone = multiprocessing.get_context("spawn").Process()
    gone.start()
    gone.join()
    assert gone.pid
    pair[0]._held[2].process = gone.pid  # noqa: SLF001 - as if it had been the second
    with ExitStack() as opened:
        _visitors(pair[0], 2, opened)
        assert len(_taken(pair[0], 3, opened)) == 2
