"""Which gateway to watch, and with which token."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from gateway.config.settings import Settings
from gateway.config.store_location import token_secret
from gateway.config.urls import Url
from gateway.embedded.folder import DataFolder
from gateway.http.auth.tokens import Tokens
from gateway.runtime.errors import CommandError
from resolvers.viewer import Role, Viewer

WATCHER = Viewer(subject="quadrangle-watch", role=Role.ADMIN)
TOKEN_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTarget:
    """Where to connect. `minted`: we signed the token ourselves, so an expired one can be replaced."""

    url: Url
    token: str | None = field(default=None, repr=False)
    minted: bool = False

    @property
    def socket_url(self) -> str:
        """The URL of the WebSocket."""
        return "ws" + self.url.reveal().removeprefix("http")


def find_target(
    *,
    url: Url | None,
    data: Path | None,
    token: str | None,
    default: Url,
    settings: Settings,
    now: Callable[[], datetime],
) -> GatewayTarget:
    """The current target; a restarted demo may have another port. Raises `CommandError` if none runs.

    Without `url` it is the gateway that serves the data folder `data`, else `default`. Without `token` a data folder's
    secret signs one for an ADMIN.
    """
    if data is None:
        return GatewayTarget(url=url or default, token=token)
    minted = token is None
    if token is None:
        token = Tokens(secret=token_secret(data, settings)).mint(WATCHER, now=now(), valid_for=TOKEN_LIFETIME)
    if url is None:
        endpoint = DataFolder(data).endpoint()
        if endpoint is None:
            raise CommandError(
                f"no gateway serves {data} now: start `quadrangle demo --data {data}`, or name another with --url"
            )
        url = Url.parse(endpoint)
    return GatewayTarget(url=url, token=token, minted=minted)
