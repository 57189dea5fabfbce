"""The embedded servers as they were before they asked for credentials."""

from dataclasses import replace
from pathlib import Path

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.influxd import Influxd1
from gateway.embedded.loopback import HOST, ask, responds
from gateway.embedded.secantus import LOGIN, OPTIONS, Secantus
from gateway.embedded.valkey import Valkey


class OpenSecantus(Secantus):
    """A SecantusDB without a login."""

    async def prepare(self, data: Path) -> None:
        (data / "secantusd.toml").touch()

    def command(self, data: Path, port: int) -> ChildCommand:
        command = super().command(data, port)
        return replace(command, arguments=[word for word in command.arguments if word != LOGIN])

    def url(self, data: Path, port: int) -> str:
        return f"mongodb://{HOST}:{port}/quadrangle{OPTIONS}"


class OpenValkey(Valkey):
    """A Valkey without a password."""

    async def prepare(self, data: Path) -> None:
        pass

    def command(self, data: Path, port: int) -> ChildCommand:
        command = super().command(data, port)
        program, _, *options = command.arguments
        return replace(command, arguments=[program, *options])

    async def answers(self, data: Path, port: int) -> bool:
        return await responds(port, b"PING\r\n", b"+PONG")

    def url(self, data: Path, port: int) -> str:
        return f"redis://{HOST}:{port}/0"


class OpenInfluxd1(Influxd1):
    """An InfluxDB 1.x without authentication."""

    async def prepare(self, data: Path) -> None:
        pass

    def command(self, data: Path, port: int) -> ChildCommand:
        command = super().command(data, port)
        return replace(command, environment={**command.environment, "INFLUXDB_HTTP_AUTH_ENABLED": "false"})

    async def settle(self, data: Path, port: int) -> None:
        status, _ = await ask(port, "/query?q=CREATE+DATABASE+quadrangle")
        assert status == 200

    def url(self, data: Path, port: int) -> str:
        return f"influxdb+http://{HOST}:{port}/quadrangle"
