"""SecantusDB as an embedded server."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.loopback import HOST, responds
from gateway.embedded.package_files import file_in, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Secantus:
    """SecantusDB, which speaks MongoDB's protocol, in place of MongoDB.

    It runs as a process and is never imported, because its licence is the GPL.
    """

    packages: Path
    version: str
    name: str = "SecantusDB"
    role: str = "mongo"
    folder: str = "mongo"

    async def prepare(self, data: Path) -> None:
        """Create an empty configuration file: without one it would search other folders."""
        (data / "secantusd.toml").touch()

    def command(self, data: Path, port: int) -> ChildCommand:
        """As a Python module of the installed package."""
        words = ["--config", data / "secantusd.toml", "--host", HOST, "--port", port, "--storage-path", data / "data"]
        words += ["--cache-size", "256M", "--log-level", "WARNING"]
        return ChildCommand(
            name=self.name,
            arguments=[sys.executable, "-P", "-m", "secantus", *map(str, words)],
            log=data / "log",
            folder=data,
            environment={"PYTHONPATH": str(self.packages)},
            # Its accept() does not notice that the socket was closed: a connection wakes it, and saves 2 s.
            wake=partial(self.answers, port),
        )

    async def answers(self, port: int) -> bool:
        """Whether it accepts a connection."""
        return await responds(port)

    async def settle(self, data: Path, port: int) -> None:
        """Nothing to do."""

    def url(self, data: Path, port: int) -> str:
        """The URL of the database.

        Retryable writes make SecantusDB 20 times slower. Without `journal` a kill loses the last acknowledged writes.
        """
        return f"mongodb://{HOST}:{port}/quadrangle?retryWrites=false&directConnection=true&journal=true"


def installed_secantus() -> Secantus:
    """The SecantusDB of the installed package. Raises `EmbeddedError` if it is missing."""
    return Secantus(packages=file_in("secantus", "__main__.py").parents[1], version=version_of("secantusdb"))
