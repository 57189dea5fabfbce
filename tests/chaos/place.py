"""A gateway process over real servers, each of them behind a proxy of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gateway.config.backends import PORTS_WITH_DEADLINE
from gateway.config.settings import deadline_variable, url_variable
from gateway.embedded.loopback import HOST, free_ports
from stores.ports.stores import Stores
from tests.e2e.deployment import Command, Deployment, open_deployment
from tests.e2e.failing_servers import SERVER_OF
from tests.proxy import Proxy, proxy_to

SERVERS = ("mongo", "sql", "influx", "redis")
DEADLINE_SECONDS = 2.0
"""Of each store: the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`proxies` are by server; `stores` reach the servers without them. `metrics_url` is that of the gateway."""

    deployment: Deployment
    stores: Stores
    proxies: Mapping[str, Proxy]
    gateway: Command
    metrics_url: str

    @property
    def endpoint(self) -> str:
        return self.deployment.endpoint(self.gateway)


@asynccontextmanager
async def open_place(folder: Path, *, learners: int) -> AsyncIterator[Place]:
    """Servers, proxies and a gateway with the default deadlines."""
    async with AsyncExitStack() as stack:
        deployment, stores = await stack.enter_async_context(open_deployment(folder, learners=learners))
        proxies: dict[str, Proxy] = {}
        settings: dict[str, str] = {}
        for port, server in SERVER_OF.items():
            there = urlsplit(deployment.urls[port].reveal())
            if server not in proxies:
                proxies[server] = await stack.enter_async_context(proxy_to(there.hostname or HOST, there.port or 0))
            user, at, _ = there.netloc.rpartition("@")
            here = there._replace(netloc=f"{user}{at}{HOST}:{proxies[server].port}")
            settings[url_variable(port)] = here.geturl()
        _, metrics_port = free_ports(["gateway", "metrics"], {}, folder).values()
        gateway = deployment.gateway(
            **settings,
            **{deadline_variable(port): str(DEADLINE_SECONDS) for port in PORTS_WITH_DEADLINE},
            GATEWAY_METRICS_LISTEN=f"{HOST}:{metrics_port}",
        )
        gateway.launch()
        await asyncio.to_thread(gateway.wait_ready)  # meanwhile the proxies run
        yield Place(
            deployment=deployment,
            stores=stores,
            proxies=proxies,
            gateway=gateway,
            metrics_url=f"http://{HOST}:{metrics_port}/metrics",
        )
