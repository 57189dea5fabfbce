"""A deployment for tests: embedded servers with a course and learners, and gateway processes that can be killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from gateway.config.backends import PORTS_WITH_DEADLINE
from gateway.config.migrate_stores import migrate_stores
from gateway.config.open_stores import open_stores
from gateway.config.settings import deadline_variable, url_variable
from gateway.config.store_location import embedded_location
from gateway.config.urls import Url
from gateway.embedded import parent_death_signal
from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.loopback import HOST, free_ports
from gateway.embedded.open_servers import open_embedded
from gateway.http.auth.tokens import Tokens
from gateway.runtime.clock import utc_now
from resolvers.viewer import Role, Viewer
from stores.domain.catalog import Course, Item, ItemType, Module, MoveOn
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment
from stores.errors import TimedOut, Unavailable
from stores.ports.stores import Stores
from tests import executor
from tests.backends import missing
from tests.e2e.command import COMMAND, PLAIN, TOP

COURSE = "course-v1:Quad+Kills+2026"
SECRET = "a secret for the end-to-end tests, long enough"
ITEMS = ("page", "video", "quiz")
STOP_SECONDS = 60
# Long timeouts for slow machines. Nothing stalls in these tests: a server that is down refuses connections at once.
NO_RATE = {"GATEWAY_RATE_LIMIT": "0"}  # all writers of a test are one subject
LONG_DEADLINES = {deadline_variable(port): "15" for port in PORTS_WITH_DEADLINE}


def course() -> Course:
    items = tuple(
        Item(key=key, type=ItemType.QUIZ, title=key, move_on=MoveOn.PASSED, mastery_score=0.99) for key in ITEMS
    )
    return Course(
        key=COURSE,
        version=1,
        title="A course",
        modules=(Module(title="All", items=items),),
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def learner(number: int) -> str:
    return f"learner-{number:03d}"


def registration(number: int) -> UUID:
    return UUID(int=0x7000_0000_0000_0000 << 64 | number)


async def fill(stores: Stores, learners: int) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    published = await stores.catalog.publish(course())
    await stores.profiles.add(
        [
            Profile(
                learner_id=learner(number),
                display_name=learner(number),
                locale="en-GB",
                time_zone="Europe/London",
                created_at=made,
                updated_at=made,
            )
            for number in range(learners)
        ]
    )
    rows = [
        Enrollment(registration=registration(number), learner_id=learner(number), course_key=COURSE, course_version=1)
        for number in range(learners)
    ]
    await stores.progress.enroll(rows, items={published.pin: published.items})


async def migrate_in_time(urls: Mapping[str, Url], now: Callable[[], datetime]) -> None:
    """Migrate, with retries while the servers that have just started refuse connections."""
    async with asyncio.timeout(60):
        while True:
            with suppress(Unavailable, TimedOut):
                await migrate_stores(urls, now=now)
                return
            await asyncio.sleep(0.1)


async def connected(stores: Stores) -> None:
    """Wait until each store has answered once, and so is connected."""
    async with asyncio.timeout(60):
        for store in stores.by_name().values():
            while True:
                with suppress(Unavailable, TimedOut):
                    await store.ping()
                    break
                await asyncio.sleep(0.1)


class Command:
    """A command of the gateway as a process with a fixed port; it can be killed and started again."""

    def __init__(self, words: Sequence[object], environment: Mapping[str, str], log: Path, port: int) -> None:
        # The process gets SIGTERM if the tests are killed.
        wrapper = [sys.executable, parent_death_signal.__file__, str(int(signal.SIGTERM)), str(os.getpid())]
        self._command = [*wrapper, *COMMAND, *map(str, words)]
        self._environment = dict(environment)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start the process, and do not wait. Call it from the main thread: the process ends with the thread."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=TOP, env={**PLAIN, **self._environment}, stdout=subprocess.PIPE, stderr=log
            )

    def wait_ready(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), True)
        line = self._process.stdout.readline()
        assert line.startswith(b"ready "), self.log

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def stop(self) -> int:
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.terminate()
        try:
            code = self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code


@dataclass(slots=True, kw_only=True)
class Deployment:
    """Embedded servers and the processes started over them; all are stopped at the end."""

    embedded: EmbeddedServers
    urls: Mapping[str, Url]
    folder: Path
    services: list[Command] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The settings that a command of this deployment needs."""
        urls = {url_variable(port): url.reveal() for port, url in self.urls.items()}
        return {**urls, **LONG_DEADLINES, **NO_RATE, **executor.settings(), "GATEWAY_AUTH_SECRET": SECRET}

    def serve(self, **environment: str) -> Command:
        """Start another gateway."""
        gateway = self.gateway(**environment)
        gateway.start()
        return gateway

    def gateway(self, **environment: str) -> Command:
        """Another gateway, which has not been started."""
        [port] = free_ports(["gateway"], {}, self.folder).values()
        return self._service(["serve", "--port", port], port, environment)

    def relay(self, **environment: str) -> Command:
        """Start a relay process."""
        relay = self._service(["relay"], 0, environment)
        relay.start()
        return relay

    def endpoint(self, gateway: Command, scheme: str = "http") -> str:
        return f"{scheme}://{HOST}:{gateway.port}/graphql"

    def bearer(self, role: Role = Role.ADMIN, *, subject: str = "deployment") -> str:
        viewer = Viewer(subject=subject, role=role, scopes=frozenset({"events:write"}))
        token = Tokens(secret=SECRET).mint(viewer, now=utc_now(), valid_for=timedelta(hours=2))
        return f"Bearer {token}"

    def _service(self, words: Sequence[object], port: int, environment: Mapping[str, str]) -> Command:
        log = self.folder / f"log-{len(self.services)}"
        service = Command(words, {**self.environment, **environment}, log, port)
        self.services.append(service)
        return service


@asynccontextmanager
async def open_deployment(folder: Path, *, learners: int) -> AsyncIterator[tuple[Deployment, Stores]]:
    """A deployment, and the stores as the tests read them. Call it from the main thread."""
    influxd = find_influxd()
    if influxd is None:
        missing("InfluxDB: there is no influxd")
    async with AsyncExitStack() as stack:
        opened = open_embedded(
            DataFolder(folder / "data"), owner="tests", on_step=lambda step: None, influxd=influxd, restart=None
        )
        embedded = await stack.enter_async_context(opened)
        urls = embedded_location(embedded).urls
        await migrate_in_time(urls, utc_now)
        stores, _ = await stack.enter_async_context(open_stores(urls, now=utc_now))
        await connected(stores)
        await fill(stores, learners)
        deployment = Deployment(embedded=embedded, urls=urls, folder=folder)
        try:
            yield deployment, stores
        finally:
            for service in reversed(deployment.services):
                service.stop()
