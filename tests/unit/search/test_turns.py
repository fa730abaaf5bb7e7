import os
import signal
import threading
import time

import pytest

from search.turns import Turns


def test_those_who_wait_go_in_the_order_they_came_two_at_a_time() -> None:
    turns, order, inside, most = Turns(2), list[int](), [0], [0]

    def work(number: int) -> None:
        with turns.turn():
            order.append(number)
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            inside[0] -= 1

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
        time.sleep(0.002)
    for thread in threads:
        thread.join()
    assert order == sorted(order)
    assert most == [2]


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
