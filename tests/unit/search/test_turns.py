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
