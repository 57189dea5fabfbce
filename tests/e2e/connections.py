"""Which process has which TCP connection, as Linux lists them."""

import socket
from contextlib import suppress
from pathlib import Path


def holder_of(client: socket.socket, pids: list[int]) -> int:
    """The pid of the process, one of these, that serves this connection of a client on this machine."""
    server_port, client_port = client.getpeername()[1], client.getsockname()[1]
    ends = (f":{server_port:04X}", f":{client_port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, _, _, _, _, _, inode, *_ = line.split()
        if (local[-5:], remote[-5:]) == ends:
            return next(pid for pid in pids if f"socket:[{inode}]" in open_files(pid))
    raise LookupError("no such connection")


def open_files(pid: int) -> set[str]:
    """What the descriptors of a process refer to."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.add(str(descriptor.readlink()))
    return found


def children_of(pid: int) -> list[int]:
    """The pids of the children of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
