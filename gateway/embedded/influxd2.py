"""InfluxDB 2.x as an embedded server."""

import json
import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGINT

from gateway.embedded.child_process import ChildCommand
from gateway.embedded.errors import EmbeddedError
from gateway.embedded.loopback import HOST, ask, responds, unannounced_port
from gateway.embedded.secret_files import secret_from
from gateway.embedded.setup_run import setup_run

ORGANIZATION = BUCKET = USER = "quadrangle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Influxd2:
    """InfluxDB 2.x, set up once with a random token."""

    program: Path
    version: str
    role: str = "influx"
    folder: str = "influx2"

    @property
    def name(self) -> str:
        """The product and its version."""
        return "InfluxDB 2" if self.version == "dev" else f"InfluxDB {'.'.join(self.version.split('.')[:2])}"

    async def prepare(self, data: Path) -> None:
        """Create the user, the organization, the bucket and the token, once, on a port that no client knows.

        The set-up needs no password. A client that found it first would not remain unnoticed: our token would be wrong.
        """
        if (data / "ready").exists():
            return
        wanted = {
            "username": USER,
            "password": secrets.token_urlsafe(24),
            "org": ORGANIZATION,
            "bucket": BUCKET,
            "token": secret_from(data / "token"),
        }
        port = unannounced_port()
        async with setup_run(self.command(data, port), partial(self.answers, data, port)):
            json_type = {"Content-Type": "application/json"}
            status, _ = await ask(port, "/api/v2/setup", body=json.dumps(wanted).encode(), headers=json_type)
            if status not in {201, 422}:  # 422: already set up, by a start that was killed afterwards
                raise EmbeddedError(f"{self.name} could not be set up: HTTP {status}")
            authorization = {"Authorization": f"Token {wanted['token']}"}
            status, _ = await ask(port, "/api/v2/buckets", method="GET", headers=authorization)
            if status != 200:
                raise EmbeddedError(
                    f"{self.name} was set up by another program: delete {data}, then `quadrangle rebuild` fills the"
                    " timeline again"
                )
        (data / "ready").touch()

    def command(self, data: Path, port: int) -> ChildCommand:
        """Configured by options; HOME keeps it away from the user's own files."""
        words = [self.program, "--bolt-path", data / "bolt", "--sqlite-path", data / "sqlite"]
        words += ["--engine-path", data / "engine", "--http-bind-address", f"{HOST}:{port}"]
        words += ["--reporting-disabled", "--log-level", "error"]
        return ChildCommand(
            name=self.name,
            arguments=[*map(str, words)],
            log=data / "log",
            folder=data,
            stop_signal=SIGINT,  # the only signal on which it stops cleanly
            environment={"HOME": str(data)},
        )

    async def answers(self, data: Path, port: int) -> bool:
        """Whether /health succeeds."""
        return await responds(port, b"GET /health HTTP/1.0\r\n\r\n", b"HTTP/1.0 200")

    async def settle(self, data: Path, port: int) -> None:
        """Nothing to do."""

    def url(self, data: Path, port: int) -> str:
        """The URL of the bucket, with the token."""
        return f"influxdb+http://{USER}:{secret_from(data / 'token')}@{HOST}:{port}/{BUCKET}"
