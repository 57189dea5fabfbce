"""Where a command finds the stores: as the environment names them, or as the embedded servers of a data folder."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.backends import FOLLOWS, chosen_urls, open_stores
from gateway.config.settings import MIN_SECRET_BYTES, Settings, StoreUrls
from gateway.config.store_clients import Now
from gateway.config.urls import Url
from gateway.embedded.embedded_servers import EmbeddedServers
from gateway.embedded.folder import DataFolder
from gateway.embedded.influxd import find_influxd
from gateway.embedded.open_servers import open_embedded
from gateway.runtime.errors import CommandError
from stores.ports.stores import Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLocation:
    """`names`: the true name of what keeps a port, where it is known; `embedded`: the servers of a data folder."""

    urls: StoreUrls
    names: Mapping[str, str] = field(default_factory=dict)
    embedded: EmbeddedServers | None = None
    secret: str | None = field(default=None, repr=False)

    def announce(self, url: str) -> None:
        """Tell who comes to the same data folder where we serve."""
        if self.embedded is not None and not self.embedded.joined:
            self.embedded.announce(url)

    def opener(self, now: Now) -> Callable[[], AbstractAsyncContextManager[tuple[Stores, Mapping[str, str]]]]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
            async with open_stores(self.urls, now=now) as (stores, backends):
                yield stores, {**backends, **self.names}

        return opened


@asynccontextmanager
async def open_location(
    data: Path | None, settings: Settings, *, owner: str, on_step: Callable[[str], None]
) -> AsyncIterator[StoreLocation]:
    """`data` wins over the environment. Its servers are joined, or started and stopped at the end."""
    if data is None:
        chosen_urls(settings.stores)  # wrong ones are told now, before anything is opened
        secret = settings.auth.secret
        yield StoreLocation(urls=settings.stores, secret=None if secret is None else secret.get_secret_value())
        return
    async with open_embedded(DataFolder(data), owner=owner, on_step=on_step, influxd=find_influxd()) as embedded:
        yield embedded_location(embedded)


def embedded_location(embedded: EmbeddedServers) -> StoreLocation:
    servers = {server.url: server.name for server in embedded.servers}
    texts = {
        "profiles": embedded.mongo_url,
        "catalog": embedded.mongo_url,
        "progress": embedded.sql_url,
        "timeline": embedded.influx_url or embedded.sql_url,
        "sessions": embedded.redis_url,
        "live": embedded.redis_url,
    }
    kept_in = {port: servers[text] for port, text in texts.items()}
    return StoreLocation(
        urls=StoreUrls(**{port: Url.parse(text) for port, text in texts.items()}),
        names=kept_in | {port: kept_in[followed] for port, followed in FOLLOWS.items()},
        embedded=embedded,
        secret=embedded.folder.secret(),
    )


def require_complete(settings: Settings) -> None:
    """`Stop` with all that the environment lacks of what serving needs."""
    lines: list[str] = []
    for needed in (lambda: token_secret(None, settings), lambda: chosen_urls(settings.stores)):
        try:
            needed()
        except CommandError as stop:
            lines += stop.lines
    if lines:
        raise CommandError(*lines)


def token_secret(data: Path | None, settings: Settings) -> str:
    """What signs tokens: the folder's secret, or the environment's."""
    if data is not None:
        if not (data / "lock").exists():
            raise CommandError(f"{data} is no data folder yet: start `quadrangle demo --data {data}` first")
        return DataFolder(data).secret()
    if settings.auth.secret is None:
        raise CommandError(
            f"GATEWAY_AUTH_SECRET is not set: it signs tokens ({MIN_SECRET_BYTES} bytes or more); or --data DIR"
        )
    return settings.auth.secret.get_secret_value()
