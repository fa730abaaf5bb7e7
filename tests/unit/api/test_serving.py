"""The socket that several workers share."""

import socket
from contextlib import closing

import uvicorn

from api.serving import listening


def test_an_answer_is_not_held_back_until_its_headers_are_acknowledged() -> None:
    config = uvicorn.Config("api.serving:worker", port=0, log_config=None)
    with closing(listening(config)) as shared:
        shared.listen()
        with (
            closing(socket.create_connection(shared.getsockname())),
            closing(shared.accept()[0]) as accepted,
        ):
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
