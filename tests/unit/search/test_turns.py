import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from search.turns import Turns


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_those_who_wait_go_in_the_order_they_came_two_at_a_time() -> None:
    turns, order = Turns(2), list[int]()
    leave = [threading.Event() for _ in range(8)]

    def work(number: int) -> None:
        with turns.turn():
            order.append(number)
            leave[number].wait(30)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        waiting = turns._waiting  # noqa: SLF001 - who has come is told nowhere else
        come = number + 1
        _until(lambda come=come, waiting=waiting: len(order) + len(waiting) == come)  # type: ignore[misc]
    assert order == [0, 1]
    for left in range(8):
        leave[left].set()
        entered = min(left + 3, 8)
        _until(lambda entered=entered: len(order) == entered)  # type: ignore[misc]
        assert order == list(range(entered))
    for thread in threads:
        thread.join()


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="wrong"), turns.turn():
        raise ValueError("wrong")
    with turns.turn():
        pass


def test_one_who_is_interrupted_while_waiting_keeps_no_turn() -> None:
    turns, held, done = Turns(1), threading.Event(), threading.Event()

    def hold() -> None:
        with turns.turn():
            held.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
    try:
        with pytest.raises(KeyboardInterrupt), turns.turn():
            pass
    finally:
        signal.signal(signal.SIGUSR1, before)
        done.set()
    holder.join()
    free = threading.Thread(target=lambda: turns.turn().__enter__(), daemon=True)
    free.start()
    free.join(timeout=10)
    assert not free.is_alive()
