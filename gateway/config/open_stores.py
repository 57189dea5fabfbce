"""Open the stores that the URLs select."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from typing import Any

from gateway.config.backends import PORTS, Backend, backend_for, url_for
from gateway.config.settings import url_variable
from gateway.config.store_clients import Now, StoreClients
from gateway.config.urls import Url
from gateway.runtime.errors import CommandError
from resolvers.data.shared_reads.announced_stores import announced
from resolvers.data.shared_reads.announcer import Announcer
from stores.errors import Rejected
from stores.ports.stores import Stores

OpenStores = Callable[[], AbstractAsyncContextManager[tuple[Stores, Mapping[str, str]]]]
"""Opens the stores; yields them with the name of each port's backend."""


def checked_urls(urls: Mapping[str, Url]) -> Mapping[str, Url]:
    """The URL of every port. Raises `CommandError` where one is missing or its scheme selects no backend."""
    missing: list[str] = []
    faults: list[str] = []
    checked: dict[str, Url] = {}
    for port, backends in PORTS.items():
        url = url_for(urls, port)
        if url is not None and url.scheme in backends.by_scheme:
            checked[port] = url
        elif backends.shares_url_of is not None:
            continue  # reported for the port that has the URL
        elif url is None:
            missing.append(url_variable(port))
        else:
            known = ", ".join(shown_scheme(scheme) for scheme in backends.by_scheme)
            faults.append(f"{url_variable(port)}: {shown_scheme(url.scheme)} cannot store {port}; use one of {known}")
    if missing:
        faults.append(f"{', '.join(missing)}: not set. Set them, or use the stores of a data folder: --data DIR")
    if faults:
        raise CommandError(*faults)
    return checked


def own_backends(urls: Mapping[str, Url]) -> Iterator[tuple[str, Url, Backend]]:
    """Port, URL and backend of each port that has a URL of its own."""
    for port, url in checked_urls(urls).items():
        if PORTS[port].shares_url_of is None:
            yield port, url, backend_for(port, url)


def shown_scheme(scheme: str) -> str:
    """A scheme as it is written in a URL."""
    return "memory:" if scheme == "memory" else f"{scheme}://"


@asynccontextmanager
async def open_stores(urls: Mapping[str, Url], *, now: Now) -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
    """The stores, and the name of each port's backend. Writes of profiles and courses are announced to all processes.
    Closes all clients at the end."""
    checked = checked_urls(urls)
    async with AsyncExitStack() as stack:
        clients = StoreClients(stack, now)
        opened = {port: await _open_port(port, url, clients) for port, url in checked.items()}
        stores = Stores(**opened)
        announcer = await stack.enter_async_context(aclosing(Announcer(stores.live)))
        yield (
            announced(stores, announcer.announce),
            {port: url.scheme.partition("+")[0] for port, url in checked.items()},
        )


async def _open_port(port: str, url: Url, clients: StoreClients) -> Any:
    try:
        return await backend_for(port, url).open(clients, url)
    except Rejected as error:
        raise CommandError(f"{url_variable(PORTS[port].shares_url_of or port)}: {error}") from None
