"""What happens to a server, as its clients see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

from tests.chaos.place import Place
from tests.proxy import ProxyMode

DELAY_SECONDS = 2.0


class Fault(Enum):
    DELAYED = "delayed"
    """Each chunk arrives two seconds late."""
    STALLED = "stalled"
    """Connections stay open, and nothing arrives."""
    CUT = "cut"
    """Connections are reset, new ones at once."""
    KILLED = "killed"
    """The process is killed, and started again at the end."""


MODES = {Fault.DELAYED: ProxyMode.DELAY, Fault.STALLED: ProxyMode.STALL, Fault.CUT: ProxyMode.CUT}


@asynccontextmanager
async def fault_of(place: Place, server: str, fault: Fault) -> AsyncIterator[None]:
    """Within the block the server is in trouble; after it, it answers."""
    if (mode := MODES.get(fault)) is not None:
        proxy = place.proxies[server]
        proxy.switch(mode, delay=DELAY_SECONDS)
        try:
            yield
        finally:
            proxy.switch(ProxyMode.PASS)
    else:
        place.deployment.embedded.server(server).kill()
        try:
            yield
        finally:
            await place.deployment.embedded.server(server).start()
