"""What the gateway's metrics and the kernel say about its process."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.processes import resident_kib
from tests.chaos.breaker_log import Breakers
from tests.chaos.place import Place

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a process holds: asyncio tasks, descriptors without the connections to its servers, `pooled`: those
    connections, and resident memory."""

    tasks: int
    descriptors: int
    pooled: int
    resident_kib: int


class GatewayState:
    """Reads the metrics of one gateway process."""

    def __init__(self, client: httpx2.AsyncClient, place: Place) -> None:
        self._client = client
        self._url = place.metrics_url
        self._pid = place.gateway.pid
        self._servers = {proxy.port for proxy in place.proxies.values()}

    async def samples(self, name: str) -> list[tuple[Labels, float]]:
        """The labels and values of one metric."""
        text = (await self._client.get(self._url)).text
        return list(_samples(text, name))

    async def open_breakers(self) -> Breakers:
        """The breakers that are open."""
        found = await self.samples("quadrangle_breaker_open")
        return frozenset((labels["store"], labels["class"]) for labels, value in found if value)

    async def holdings(self) -> Holdings:
        """What the process holds now."""
        [(_, tasks)] = await self.samples("quadrangle_tasks")
        links = [_link(path) for path in Path(f"/proc/{self._pid}/fd").iterdir()]
        pooled = len(_connections_to(self._servers).intersection(links))
        return Holdings(
            tasks=int(tasks),
            descriptors=len(links) - pooled,
            pooled=pooled,
            resident_kib=resident_kib(self._pid),
        )


def _samples(text: str, name: str) -> Iterator[tuple[Labels, float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                yield sample.labels, sample.value


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:  # closed meanwhile
        return ""


def _connections_to(ports: Collection[int]) -> set[str]:
    """The sockets that are connected to these loopback ports, as links of descriptors name them (proc_pid_net(5))."""
    rows = map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
    return {f"socket:[{row[9]}]" for row in rows if int(row[2].partition(":")[2], 16) in ports}
