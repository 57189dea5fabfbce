"""A server that runs for a moment, on an unannounced port, while its user is created."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.embedded.child_process import ChildCommand, ChildProcess
from gateway.embedded.secret_files import write_private

CREATED = "user"
"""The file in a server's folder that says that its user exists."""


@asynccontextmanager
async def setup_run(command: ChildCommand, answers: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Run the server inside the block. Raises `EmbeddedError` if it does not start."""
    child = await ChildProcess(command).wait_ready(answers)
    try:
        yield
        await child.stop()
    finally:
        child.kill()


def has_user(data: Path) -> bool:
    """Whether the server's user was created."""
    return (data / CREATED).exists()


def user_created(data: Path, name: str) -> None:
    """Record that the server's user exists."""
    write_private(data / CREATED, f"{name}\n")
