"""InfluxDB 1.x as an embedded server, and how an `influxd` is found and recognised."""

import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.errors import EmbeddedError
from gateway.embedded.influxd2 import Influxd2
from gateway.embedded.loopback import HOST, post, responds

DATABASE = "quadrangle"
SETTINGS = {
    "REPORTING_DISABLED": "true",
    "BIND_ADDRESS": f"{HOST}:0",  # the backup port: its fixed default may belong to another server
    "HTTP_LOG_ENABLED": "false",  # requests and queries name learners
    "DATA_QUERY_LOG_ENABLED": "false",
    "MONITOR_STORE_ENABLED": "false",
    "LOGGING_LEVEL": "warn",
    "LOGGING_SUPPRESS_LOGO": "true",
    "DATA_MAX_SERIES_PER_DATABASE": "0",
    "DATA_MAX_VALUES_PER_TAG": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Influxd1:
    """InfluxDB 1.x, as Debian packages it. It asks for no password on the loopback address."""

    program: Path
    version: str
    role: str = "influx"
    folder: str = "influx1"

    @property
    def name(self) -> str:
        """The product and its version."""
        return f"InfluxDB {'.'.join(self.version.split('.')[:2])}"

    async def prepare(self, data: Path) -> None:
        """Nothing to do."""

    def command(self, data: Path, port: int) -> ChildCommand:
        """Configured by environment variables only."""
        own = {
            "META_DIR": data / "meta",
            "DATA_DIR": data / "data",
            "DATA_WAL_DIR": data / "wal",
            "HTTP_BIND_ADDRESS": f"{HOST}:{port}",
        }
        return ChildCommand(
            name=self.name,
            # Without /dev/null it would read /etc/influxdb/influxdb.conf of this machine.
            arguments=[str(self.program), "-config", "/dev/null"],
            log=data / "log",
            folder=data,
            stop_signal=SIGINT,
            environment={f"INFLUXDB_{name}": str(value) for name, value in {**SETTINGS, **own}.items()},
        )

    async def answers(self, port: int) -> bool:
        """Whether /ping succeeds."""
        return await responds(port, b"GET /ping HTTP/1.0\r\n\r\n", b"HTTP/1.0 204")

    async def settle(self, data: Path, port: int) -> None:
        """Create the database."""
        status, body = await post(port, f"/query?q=CREATE+DATABASE+{DATABASE}", b"")
        if status != 200 or b"error" in body:
            raise EmbeddedError(f"{self.name} could not create its database: HTTP {status}")

    def url(self, data: Path, port: int) -> str:
        """The URL of the database."""
        return f"influxdb+http://{HOST}:{port}/{DATABASE}"


def find_influxd() -> Path | None:
    """The `influxd` on the PATH, else the one in this interpreter's environment, where `make` unpacks it."""
    folders = (os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts"))
    found = shutil.which("influxd", path=os.pathsep.join(folders))
    return Path(found) if found else None


def influxd_of(program: Path) -> Influxd1 | Influxd2:
    """The definition that fits a binary, by the version it reports. Raises `EmbeddedError` for any other program."""
    try:
        reported = subprocess.run([program, "version"], capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        raise EmbeddedError(f"{program} does not run: put another influxd first on the PATH, or remove it") from None
    found = re.match(r"InfluxDB v?(1\.\d+\.\d+|2\.\d+\.\d+|dev)", reported)  # "dev": a 2.x build without a version
    if found is None:
        raise EmbeddedError(f"{program} is not InfluxDB 1 or 2: put another influxd first on the PATH, or remove it")
    made = Influxd1 if found[1].startswith("1") else Influxd2
    return made(program=program, version=found[1])
