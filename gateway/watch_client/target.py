"""Which gateway is watched, and who watches."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from gateway.config.settings import Settings
from gateway.config.store_location import token_secret
from gateway.config.urls import Url
from gateway.embedded.folder import DataFolder
from gateway.embedded.processes import is_running
from gateway.http.auth.tokens import Tokens
from gateway.runtime.errors import CommandError
from resolvers.viewer import Role, Viewer

WATCHER = Viewer(subject="quadrangle-watch", role=Role.ADMIN)
TOKEN_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`minted`: the token is our own, so that one that has expired is no end."""

    url: Url
    token: str | None = field(default=None, repr=False)
    minted: bool = False

    @property
    def socket_url(self) -> str:
        return "ws" + self.url.reveal().removeprefix("http")


def find_target(
    *,
    url: Url | None,
    data: Path | None,
    token: str | None,
    default: Url,
    settings: Settings,
    now: Callable[[], datetime],
) -> Target:
    """Where to connect just now: a demo that is started again may be elsewhere. `Stop` where none runs."""
    if data is None:
        return Target(url=url or default, token=token)
    minted = token is None
    if token is None:
        token = Tokens(secret=token_secret(data, settings)).mint(WATCHER, now=now(), valid_for=TOKEN_LASTS)
    if url is None:
        told = DataFolder(data).read()
        if told.endpoint is None or told.process is None or not is_running(told.process):
            raise CommandError(
                f"nothing serves {data} just now: start `quadrangle demo --data {data}`, or name its --url"
            )
        url = Url.parse(told.endpoint)
    return Target(url=url, token=token, minted=minted)
