import asyncio
import socket
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.embedded.errors import EmbeddedError

HOST = "127.0.0.1"
# Below the ports that outgoing connections take: a client that knocks at a stopped server must not meet itself there.
FIRST, LAST = 20_000, 31_999


def is_free(port: int) -> bool:
    with socket.socket() as knock:
        knock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            knock.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports(roles: Sequence[str], last_time: Mapping[str, int], folder: Path) -> dict[str, int]:
    """A free port for each role: last time's, else the next free one from a place that the folder's path decides."""
    chosen = {role: port for role, port in last_time.items() if role in roles and is_free(port)}
    candidate = FIRST + zlib.crc32(str(folder).encode()) % (LAST - FIRST)
    for role in roles:
        while role not in chosen:
            candidate = candidate + 1 if candidate < LAST else FIRST
            if candidate not in chosen.values() and is_free(candidate):
                chosen[role] = candidate
    return {role: chosen[role] for role in roles}


async def responds(port: int, question: bytes = b"", answer: bytes = b"") -> bool:
    """Whether somebody listens there and, asked that, answers with something that begins like this."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(question)
                return await reader.readexactly(len(answer)) == answer
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, EOFError, TimeoutError):
        return False


async def post(port: int, path: str, body: bytes) -> tuple[int, bytes]:
    """One HTTP request to a server that answers; its status and its body."""
    head = f"POST {path} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    try:
        async with asyncio.timeout(20):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(head.encode() + body)
                answer = await reader.read()
            finally:
                writer.close()
                await writer.wait_closed()
        return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]
    except (OSError, ValueError, IndexError):
        raise EmbeddedError(f"the server on port {port} broke off at {path.partition('?')[0]}") from None
