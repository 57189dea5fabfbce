"""Check what stores hold, beyond a ping."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from gateway.config.open_stores import own_backends
from gateway.config.store_clients import Now, StoreClients
from gateway.config.urls import Url
from stores.errors import StoreError


async def faults_of_stores(urls: Mapping[str, Url], *, now: Now) -> Sequence[str]:
    """A line for each fault, which begins with the port."""
    faults: list[str] = []
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        for port, url, backend in own_backends(urls):
            if backend.check is not None:
                try:
                    faults += [f"{port}: {fault}" for fault in await backend.check(clients, url)]
                except StoreError as error:
                    faults.append(str(error))
    return faults
