"""What an embedded server is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from gateway.embedded.child_process import ChildCommand

PRODUCTION_SERVERS: Mapping[str, str] = {
    "mongo": "MongoDB",
    "sql": "CockroachDB",
    "influx": "InfluxDB",
    "redis": "Redis",
}
"""By role: the product that the embedded server represents."""


class ServerDefinition(Protocol):
    """One embedded server: its name, its files, how it starts and where it listens."""

    @property
    def role(self) -> str:
        """mongo, sql, redis or influx."""

    @property
    def folder(self) -> str:
        """The name of its folder in the data folder. Another data format has another name."""

    @property
    def name(self) -> str:
        """The name of the product that runs, not of the one that it represents."""

    @property
    def version(self) -> str:
        """The version of the product."""

    async def prepare(self, data: Path) -> None:
        """Prepare `data` before a start: files, and the user with a generated password. Idempotent.

        Data of a version without credentials get a user here, too.
        """

    def command(self, data: Path, port: int) -> ChildCommand:
        """The command that runs it on a port of 127.0.0.1 with its data under `data`."""

    async def answers(self, data: Path, port: int) -> bool:
        """Whether it is ready for clients."""

    async def settle(self, data: Path, port: int) -> None:
        """Set up the running server before clients connect. Idempotent."""

    def url(self, data: Path, port: int) -> str:
        """The URL for a store, with the user and the password."""
