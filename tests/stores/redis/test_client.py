"""Errors of the Redis client."""

import asyncio
import socket

import pytest
import uvloop

from stores.errors import Unavailable
from stores.redis.client import translate_errors


def test_a_connection_that_the_server_has_closed_is_a_store_that_is_away() -> None:
    """uvloop raises a RuntimeError if the driver writes to it."""

    async def write_to_closed() -> None:
        here, there = socket.socketpair()
        with there:
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(asyncio.Protocol, here)
            transport.abort()
            await asyncio.sleep(0)
        with pytest.raises(Unavailable), translate_errors("live"):
            transport.writelines([b"PING"])

    uvloop.run(write_to_closed())


def test_another_error_of_the_loop_is_not_translated() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"), translate_errors("live"):
        raise RuntimeError("no running event loop")
