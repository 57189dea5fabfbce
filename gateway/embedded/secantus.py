import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.loopback import HOST, responds
from gateway.embedded.package_files import file_in, version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Secantus:
    """SecantusDB, which speaks MongoDB's protocol. Never imported here: its licence is the GPL."""

    packages: Path
    version: str
    name: str = "SecantusDB"
    role: str = "mongo"
    folder: str = "mongo"

    async def prepare(self, data: Path) -> None:
        (data / "secantusd.toml").touch()  # without one it would look for somebody else's

    def command(self, data: Path, port: int) -> ChildCommand:
        words = ["--config", data / "secantusd.toml", "--host", HOST, "--port", port, "--storage-path", data / "data"]
        words += ["--cache-size", "256M", "--log-level", "WARNING"]
        return ChildCommand(
            name=self.name,
            arguments=[sys.executable, "-P", "-m", "secantus", *map(str, words)],
            log=data / "log",
            folder=data,
            environment={"PYTHONPATH": str(self.packages)},
            wake=partial(self.answers, port),  # its accept() sleeps on when it is closed, and holds up the end for 2 s
        )

    async def answers(self, port: int) -> bool:
        return await responds(port)

    async def settle(self, data: Path, port: int) -> None:
        pass

    def url(self, data: Path, port: int) -> str:
        # Retryable writes make it 20 times slower; without `journal` a kill loses what it acknowledged just before.
        return f"mongodb://{HOST}:{port}/quadrangle?retryWrites=false&directConnection=true&journal=true"


def installed_secantus() -> Secantus:
    return Secantus(packages=file_in("secantus", "__main__.py").parents[1], version=version_of("secantusdb"))
