"""InfluxDB 1.x as an embedded server, and how an `influxd` is found and recognised."""

import os
import re
import shutil
import subprocess
import sysconfig
from base64 import b64encode
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from signal import SIGINT
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.errors import EmbeddedError
from gateway.embedded.influxd2 import Influxd2
from gateway.embedded.loopback import HOST, ask, responds
from gateway.embedded.secret_files import secret_from
from gateway.embedded.setup_run import has_user, setup_run, user_created

DATABASE = USER = "quadrangle"
PING = b"GET /ping HTTP/1.0\r\n\r\n", b"HTTP/1.0 204"
SETTINGS = {
    "REPORTING_DISABLED": "true",
    "BIND_ADDRESS": f"{HOST}:0",  # the backup port: its fixed default may belong to another server
    "HTTP_AUTH_ENABLED": "true",
    "HTTP_PPROF_ENABLED": "false",  # its pages need no password
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
    """InfluxDB 1.x, as Debian packages it.

    It answers any Host, and its CORS headers allow every origin: only the password keeps web pages out.
    """

    program: Path
    version: str
    role: str = "influx"
    folder: str = "influx1"

    @property
    def name(self) -> str:
        """The product and its version."""
        return f"InfluxDB {'.'.join(self.version.split('.')[:2])}"

    async def prepare(self, data: Path) -> None:
        """Create the user, through a Unix socket that only we can reach.

        Without a user InfluxDB lets any client create the first administrator. Meanwhile its TCP port is one that the
        kernel chooses. A client that found it would not remain unnoticed: our own user could then not be created.
        """
        if has_user(data):
            return
        with TemporaryDirectory(prefix="quadrangle-") as private:  # short: socket paths have at most 107 bytes
            socket = Path(private, "socket")
            command = self.command(data, 0)
            settings = {**command.environment, "INFLUXDB_HTTP_UNIX_SOCKET_ENABLED": "true"}
            settings["INFLUXDB_HTTP_BIND_SOCKET"] = str(socket)
            answers = partial(responds, socket, *PING)
            async with setup_run(replace(command, environment=settings), answers):
                password = secret_from(data / "password")
                made = await self._query(socket, f"CREATE USER {USER} WITH PASSWORD '{password}' WITH ALL PRIVILEGES")
                # Created by a start that was killed afterwards: then our password fits.
                if not made and not await self._query(socket, "SHOW DATABASES", authorization=_basic(password)):
                    raise EmbeddedError(
                        f"{self.name} has an administrator that this program did not create: delete {data}, then"
                        " `quadrangle rebuild` fills the timeline again"
                    )
        user_created(data, USER)

    def command(self, data: Path, port: int) -> ChildCommand:
        """Configured by environment variables only; none holds a secret."""
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

    async def answers(self, data: Path, port: int) -> bool:
        """Whether /ping succeeds."""
        return await responds(port, *PING)

    async def settle(self, data: Path, port: int) -> None:
        """Create the database."""
        authorization = _basic(secret_from(data / "password"))
        if not await self._query(port, f"CREATE DATABASE {DATABASE}", authorization=authorization):
            raise EmbeddedError(f"{self.name} could not create its database")

    def url(self, data: Path, port: int) -> str:
        """The URL of the database."""
        return f"influxdb+http://{USER}:{secret_from(data / 'password')}@{HOST}:{port}/{DATABASE}"

    async def _query(self, server: int | Path, statement: str, *, authorization: str = "") -> bool:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if authorization:
            headers["Authorization"] = authorization
        status, body = await ask(server, "/query", body=urlencode({"q": statement}).encode(), headers=headers)
        return status == 200 and b"error" not in body


def _basic(password: str) -> str:
    return f"Basic {b64encode(f'{USER}:{password}'.encode()).decode()}"


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
