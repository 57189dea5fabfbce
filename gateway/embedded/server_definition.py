from pathlib import Path
from typing import Protocol

from gateway.embedded.child_process import ChildCommand


class ServerDefinition(Protocol):
    """One of the embedded servers: what it is called, where its data are, how it starts and where it answers."""

    @property
    def role(self) -> str:
        """mongo, sql, redis or influx."""

    @property
    def folder(self) -> str:
        """The name of its folder in the data folder; it goes with the format of its data."""

    @property
    def name(self) -> str:
        """Its true name: a stand-in is not called what it stands in for."""

    @property
    def version(self) -> str: ...

    async def prepare(self, data: Path) -> None:
        """What is to be done under `data` before it can start; a repeat finds it done."""

    def command(self, data: Path, port: int) -> ChildCommand:
        """How to start it on that port of 127.0.0.1 with its data under `data`."""

    async def answers(self, port: int) -> bool:
        """Whether it is ready for clients."""

    async def settle(self, data: Path, port: int) -> None:
        """What is to be done when it answers, before clients come; a repeat finds it done."""

    def url(self, data: Path, port: int) -> str:
        """Where a store finds it, once it is settled. May hold a password."""
