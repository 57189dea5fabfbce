"""Where a command finds its stores: at the URLs of the environment, or in the embedded servers of a data folder."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.backends import PORTS, PORTS_WITH_URL
from gateway.config.groups.auth import MIN_SECRET_BYTES
from gateway.config.open_stores import OpenStores, checked_urls, open_stores
from gateway.config.settings import Settings
from gateway.config.store_clients import Now
from gateway.config.urls import Url
from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.folder import DataFolder
from gateway.embedded.folder_state import ServerEntry
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.embedded.restarts import RestartPolicy
from gateway.runtime.errors import CommandError
from stores.ports.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLocation:
    """The stores of a command, and the secret that signs its tokens.

    `urls`: by port. `names`: by port, the product that stores it; empty unless the servers are embedded.
    `embedded`: the servers of a data folder.
    """

    urls: Mapping[str, Url]
    names: Mapping[str, str] = field(default_factory=dict)
    embedded: EmbeddedServers | None = None
    secret: str | None = field(default=None, repr=False)

    def announce(self, endpoint: str) -> None:
        """Publish our GraphQL endpoint in the data folder, if the folder is ours."""
        if self.embedded is not None and not self.embedded.joined:
            self.embedded.announce(endpoint)

    def opener(self, now: Now) -> OpenStores:
        """A function that opens the stores. Embedded servers are named by their product."""

        @asynccontextmanager
        async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
            async with open_stores(self.urls, now=now) as (stores, backends):
                yield stores, {**backends, **self.names}

        return opened


@asynccontextmanager
async def open_location(
    data: Path | None,
    settings: Settings,
    *,
    owner: str,
    on_step: Callable[[str], None],
    restart: RestartPolicy | None = None,
) -> AsyncIterator[StoreLocation]:
    """The stores of the data folder `data`, else those of the environment.

    Joins the folder's servers while another process runs them; otherwise starts them and stops them at the end. `owner`
    names us to other processes. `restart`: how embedded servers that end are restarted; None leaves them dead. Raises
    `CommandError` or `EmbeddedError`.
    """
    if data is None:
        checked_urls(settings.stores)  # report invalid URLs before anything is opened
        secret = settings.auth.secret
        yield StoreLocation(urls=settings.stores, secret=None if secret is None else secret.get_secret_value())
        return
    opened = open_embedded(DataFolder(data), owner=owner, on_step=on_step, influxd=find_influxd(), restart=restart)
    async with opened as embedded:
        yield embedded_location(embedded)


def embedded_location(embedded: EmbeddedServers) -> StoreLocation:
    """The stores in embedded servers, each port in the preferred one of those that run."""
    servers = {port: _server_for(port, embedded) for port in PORTS}
    return StoreLocation(
        urls={port: Url.parse(servers[port].url) for port in PORTS_WITH_URL},
        names={port: server.name for port, server in servers.items()},
        embedded=embedded,
        secret=embedded.folder.secret(),
    )


def _server_for(port: str, embedded: EmbeddedServers) -> ServerEntry:
    by_role = embedded.by_role
    return by_role[next(role for role in PORTS[port].embedded if role in by_role)]


def require_complete(settings: Settings) -> None:
    """Raise `CommandError` with everything that the environment lacks for serving."""
    lines: list[str] = []
    for required in (lambda: require_keys(settings), lambda: checked_urls(settings.stores)):
        try:
            required()
        except CommandError as error:
            lines += error.lines
    if lines:
        raise CommandError(*lines)


def require_keys(settings: Settings) -> None:
    """Raise `CommandError` if the settings have no key that verifies tokens."""
    auth = settings.auth
    if auth.secret is None and not auth.keys and auth.jwks_url is None:
        raise CommandError(
            "GATEWAY_AUTH_SECRET, GATEWAY_AUTH_KEYS or GATEWAY_AUTH_JWKS_URL must be set. They verify tokens: set a"
            f" secret of {MIN_SECRET_BYTES} bytes or more, files of public keys or a JWKS, or use the secret of a data"
            " folder: --data DIR"
        )


def existing_folder(data: Path) -> DataFolder:
    """The data folder at `data`. Raises `CommandError` if there is none."""
    folder = DataFolder(data)
    if not folder.exists():
        raise CommandError(f"{data} is not a data folder yet: start `quadrangle demo --data {data}` first")
    return folder


def token_secret(data: Path | None, settings: Settings) -> str:
    """The secret that signs tokens: the data folder's, else the environment's. Raises `CommandError` where none is."""
    if data is not None:
        return existing_folder(data).secret()
    if settings.auth.secret is None:
        raise CommandError(
            f"GATEWAY_AUTH_SECRET is not set. It signs the tokens: set {MIN_SECRET_BYTES} bytes or more, or use the"
            " secret of a data folder: --data DIR"
        )
    return settings.auth.secret.get_secret_value()
