"""Each process has a listening socket for one address."""

import socket

import pytest

from gateway.http.server import bind
from gateway.runtime.errors import CommandError
from gateway.supervisor.listeners import bind_beside

CONNECTIONS = 200


def accepted(listener: socket.socket) -> int:
    """How many connections wait."""
    listener.setblocking(False)
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_are_distributed_among_the_sockets_that_listen(host: str) -> None:
    with bind(host, 0) as reserved, bind_beside(reserved) as one, bind_beside(reserved) as other:
        one.listen(2 * CONNECTIONS)
        other.listen(2 * CONNECTIONS)
        clients = [socket.create_connection(reserved.getsockname()[:2]) for _ in range(CONNECTIONS)]
        counts = [accepted(one), accepted(other)]
        assert sum(counts) == CONNECTIONS
        assert min(counts) > CONNECTIONS / 4  # 7 standard deviations from half
        other.close()
        clients += [socket.create_connection(reserved.getsockname()[:2]) for _ in range(CONNECTIONS)]
        assert accepted(one) == CONNECTIONS
        for client in clients:
            client.close()


def test_the_address_stays_reserved_and_another_gateway_is_refused() -> None:
    with bind("127.0.0.1", 0) as reserved:
        port = reserved.getsockname()[1]
        with bind_beside(reserved) as first:
            first.listen()
            with pytest.raises(CommandError, match="already in use"):
                bind("127.0.0.1", port)
        with bind_beside(reserved) as second:
            second.listen()
            socket.create_connection(("127.0.0.1", port)).close()
        with pytest.raises(ConnectionRefusedError):  # it does not listen itself
            socket.create_connection(("127.0.0.1", port))
