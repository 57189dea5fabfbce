"""The servers that `bench` compares: how each is started over the stores of a deployment."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.settings import variables
from tests.bench.served import Served

RATE = {"GATEWAY_RATE_LIMIT": "1000000000", "GATEWAY_RATE_BURST": "1000000000"}
"""The rate of requests is counted, but never reached."""
HAND, OURS = "by hand", "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A row of the tables: a Python module that is run with `arguments`. `path`: of GraphQL, None for pages at the
    paths of their cases. `settings`: those of its gateway."""

    name: str
    module: str
    arguments: Sequence[str] = ()
    path: str | None = "/graphql"
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> str | None:
        """Why it cannot run here; None if it can."""
        unknown = sorted(set(self.settings) - set(variables()))
        return f"the gateway has no setting {', '.join(unknown)}" if unknown else None

    def path_of(self, case: str) -> str:
        """The path that serves a case."""
        return self.path or f"/{case.partition('-')[0]}"

    async def start(self, environment: Mapping[str, str], folder: Path, *, profile: bool) -> Served:
        """Start it in a gateway's environment, and wait until it is ready. With `profile`, samples are in
        `profile_of(folder)`."""
        sampled = ["tests.bench.sampler", str(self.profile_of(folder))] if profile else []
        command = [sys.executable, "-m", *sampled, self.module, *self.arguments]
        log = folder / f"{self.name}.log"
        served = Served(command, {**environment, **self.settings}, log, folder)
        await served.ready()
        return served

    def profile_of(self, folder: Path) -> Path:
        """The file of the sampler."""
        return folder / f"{self.name}.profile"


def gateway(name: str, **settings: str) -> Server:
    """`quadrangle serve` with these settings."""
    return Server(name=name, module="gateway", arguments=["serve"], settings={**RATE, **settings})


SERVERS = (
    Server(name=HAND, module="tests.bench.hand.server", path=None),
    gateway(OURS),
    gateway("reference", GATEWAY_EXECUTOR="reference"),
)
