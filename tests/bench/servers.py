"""The servers that `bench` compares: how each is started over the stores of a deployment."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gateway.config.settings import variables
from tests.bench.served import Served
from tests.e2e.deployment import Deployment

RATE = {"GATEWAY_RATE_LIMIT": "1000000000", "GATEWAY_RATE_BURST": "1000000000"}
"""The rate of requests is counted, but never reached."""
HAND, OURS = "by hand", "ours"


class Process(Protocol):
    """A server that runs."""

    @property
    def pid(self) -> int: ...

    port: int

    def stop(self) -> object: ...


Start = Callable[[Deployment, Mapping[str, str], Path], Awaitable[Process]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A row of the tables. `start(deployment, settings, folder)` starts it; `path`: of GraphQL, None for a page at the
    path of its case. `needs`: settings that this gateway must have, or the row is skipped."""

    name: str
    start: Start
    path: str | None = "/graphql"
    needs: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> str | None:
        """Why it cannot run here; None if it can."""
        unknown = sorted(set(self.needs) - set(variables()))
        return f"the gateway has no setting {', '.join(unknown)}" if unknown else None

    def path_of(self, case: str) -> str:
        """The path that serves a case."""
        return self.path or f"/{case.partition('-')[0]}"


def gateway(name: str, **settings: str) -> Server:
    """`quadrangle serve` with these settings."""

    async def start(deployment: Deployment, of_case: Mapping[str, str], folder: Path) -> Process:
        return deployment.serve(**RATE, **settings, **of_case)

    return Server(name=name, start=start, needs=settings)


def module(name: str, path: str | None, module_name: str) -> Server:
    """A Python server of this package. It gets a gateway's environment, and the port as PORT."""

    async def start(deployment: Deployment, of_case: Mapping[str, str], folder: Path) -> Process:
        served = Served([sys.executable, "-m", module_name], deployment.environment, folder / module_name, folder)
        await served.ready()
        return served

    return Server(name=name, start=start, path=path)


SERVERS = (
    module(HAND, None, "tests.bench.hand.server"),
    gateway(OURS),
    gateway("reference", GATEWAY_EXECUTOR="reference"),
)
