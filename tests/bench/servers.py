"""The servers that `bench` compares: how each is started over the stores of a deployment."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from gateway.config.settings import variables
from stores.sql.activity.summaries import COMPLETIONS
from stores.sql.core.pool import SETTINGS
from tests.bench import node
from tests.bench.hand import pages, summary
from tests.bench.served import Served

RATE = {"GATEWAY_RATE_LIMIT": "1000000000", "GATEWAY_RATE_BURST": "1000000000"}
"""The rate of requests is counted, but never reached."""
HAND, OURS, CACHED = "by hand", "ours", "ours + cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A row of the tables. `path`: of GraphQL, None for pages at the paths of their cases. `environment`: what it gets
    beyond that of a gateway. `label`: what the tables call it, with versions."""

    name: str
    path: str | None = "/graphql"
    environment: Mapping[str, str] = field(default_factory=dict)

    def prepare(self) -> str:
        """Install what it needs, and return its label. Raises `node.Missing` if it cannot run here."""
        return self.name

    def command(self, profile: Path | None) -> Sequence[str | Path]:
        """What starts it; with `profile`, a Python process writes samples there."""
        raise NotImplementedError

    def path_of(self, case: str) -> str:
        """The path that serves a case."""
        return self.path or f"/{case.partition('-')[0]}"

    async def start(self, environment: Mapping[str, str], folder: Path, *, profile: bool) -> Served:
        """Start it in a gateway's environment, and wait until it is ready."""
        command = self.command(self.profile_of(folder) if profile else None)
        served = Served(command, {**environment, **self.environment}, self.log_of(folder), folder)
        await served.ready()
        return served

    def profile_of(self, folder: Path) -> Path:
        """The file of the samples."""
        return folder / f"{self.name}.profile"

    def log_of(self, folder: Path) -> Path:
        """The file of its log."""
        return folder / f"{self.name}.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Python(Server):
    """A Python module that is run with `arguments`."""

    module: str
    arguments: Sequence[str] = ()

    def prepare(self) -> str:
        """Check that this version of the gateway has the settings."""
        unknown = {each for each in self.environment if each.startswith("GATEWAY_")} - set(variables())
        if unknown:
            raise node.Missing(f"the gateway has no setting {', '.join(sorted(unknown))}")
        return self.name

    def command(self, profile: Path | None) -> Sequence[str | Path]:
        """The module, run by the sampler if there is a profile."""
        sampled: list[str | Path] = [] if profile is None else ["tests.bench.sampler", profile]
        return [sys.executable, "-m", *sampled, self.module, *self.arguments]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer(Server):
    """A GraphQL server on Node. It runs the SQL of the page by hand."""

    def prepare(self) -> str:
        """Install the packages of the lock file."""
        program = node.find_node()
        node.install(program)
        versions = [f"{name} {node.package_version(name)}" for name in (PACKAGES[self.name], "graphql", "graphql-jit")]
        return f"{self.name} ({', '.join([*versions, f'Node {node.version(program)}'])})"

    def command(self, profile: Path | None) -> Sequence[str | Path]:
        """Node, never sampled."""
        return [node.find_node(), node.PEERS / "server.mjs", self.name]


PACKAGES = {"mercurius": "mercurius", "yoga": "graphql-yoga"}
STATEMENTS = {
    "of_course": pages.OF_COURSE,
    "of_learners": pages.OF_LEARNERS,
    "progress": pages.PROGRESS,
    "numbers": summary.NUMBERS,
    "completions": COMPLETIONS,
    "settings": ";".join(f"SET {name} = '{value}'" for name, value in SETTINGS.items()),
}
FOR_NODE = {"BENCH_STATEMENTS": orjson.dumps(STATEMENTS).decode(), "NODE_ENV": "production"}


def gateway(name: str, **settings: str) -> Server:
    """`quadrangle serve` with these settings."""
    return Python(name=name, module="gateway", arguments=["serve"], environment={**RATE, **settings})


SERVERS: Sequence[Server] = (
    Python(name=HAND, module="tests.bench.hand.server", path=None),
    gateway(OURS, GATEWAY_CACHE="off"),
    gateway(CACHED, GATEWAY_CACHE="on"),
    gateway("reference", GATEWAY_CACHE="off", GATEWAY_EXECUTOR="reference"),
    Python(name="Strawberry", module="tests.bench.stock.server"),
    *(Peer(name=name, environment=FOR_NODE) for name in PACKAGES),
)
