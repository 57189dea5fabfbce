"""Free TCP ports on 127.0.0.1, and short requests to the servers there."""

import asyncio
import secrets
import socket
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from gateway.embedded.errors import EmbeddedError

HOST = "127.0.0.1"
# Below the range of outgoing connections: a client that connects to a stopped server could otherwise get its own port
# as the target and connect to itself.
FIRST, LAST = 20_000, 31_999
NOTHING: Mapping[str, str] = MappingProxyType({})


def is_free(port: int) -> bool:
    """Whether the port can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(roles: Sequence[str], previous: Mapping[str, int], folder: Path) -> dict[str, int]:
    """A free port for each role: the previous one, else the next free one from a start that the folder's path decides.

    Different folders start at different ports, so their servers rarely compete.
    """
    chosen = {role: port for role, port in previous.items() if role in roles and is_free(port)}
    candidate = FIRST + zlib.crc32(str(folder).encode()) % (LAST - FIRST)
    for role in roles:
        while role not in chosen:
            candidate = candidate + 1 if candidate < LAST else FIRST
            if candidate not in chosen.values() and is_free(candidate):
                chosen[role] = candidate
    return {role: chosen[role] for role in roles}


def unannounced_port() -> int:
    """A random free port, for a server that no client may find."""
    while not is_free(port := FIRST + secrets.randbelow(LAST - FIRST + 1)):
        pass
    return port


async def _connect(server: int | Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(server, Path):
        return await asyncio.open_unix_connection(server)
    return await asyncio.open_connection(HOST, server)


async def responds(server: int | Path, question: bytes = b"", answer: bytes = b"") -> bool:
    """Whether a server, at a port or a Unix socket, accepts a connection within a second and its response to `question`
    begins with `answer`."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await _connect(server)
            try:
                writer.write(question)
                return await reader.readexactly(len(answer)) == answer
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, EOFError, TimeoutError):
        return False


async def ask(
    server: int | Path, path: str, *, method: str = "POST", body: bytes = b"", headers: Mapping[str, str] = NOTHING
) -> tuple[int, bytes]:
    """Send one HTTP request to a port, or to a Unix socket; the status and the body.

    Raises `EmbeddedError` if the response is incomplete.
    """
    fields = {**headers, "Content-Length": str(len(body))}
    head = "\r\n".join([f"{method} {path} HTTP/1.0", *(f"{name}: {value}" for name, value in fields.items()), "", ""])
    try:
        async with asyncio.timeout(20):
            reader, writer = await _connect(server)
            try:
                writer.write(head.encode() + body)
                answer = await reader.read()
            finally:
                writer.close()
                await writer.wait_closed()
        return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]
    except (OSError, ValueError, IndexError):
        raise EmbeddedError(f"the server at {server} closed the connection during {path.partition('?')[0]}") from None
