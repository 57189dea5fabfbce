"""Watch across lost connections and gateway restarts. The cursor resumes the feed: no retained update is missed."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from gateway.runtime.errors import CommandError
from gateway.watch_client.connection import GatewayConnection, GatewayUnavailable, OperationFailed, open_connection
from gateway.watch_client.subscription import COURSE, UPDATES, WatchSubscription
from gateway.watch_client.target import GatewayTarget
from stores.backoff import Backoff

TRANSIENT = frozenset({"STORE_UNAVAILABLE", "STORE_TIMEOUT", "STORE_ERROR", "CONFLICT", "TOO_MANY", "RETRY_LATER"})
"""Error codes after which a retry may succeed."""


class ReconnectingWatch:
    """Receives updates until the gateway completes the subscription.

    `after`: the cursor to start behind. `find` returns the current target, or raises `CommandError` if none is known.
    `on_update` gets each payload, `notify` each line for the user. `wait` sleeps for a number of seconds.
    """

    def __init__(
        self,
        subscription: WatchSubscription,
        *,
        after: str | None,
        find: Callable[[], GatewayTarget],
        wait: Callable[[float], Awaitable[None]],
        on_update: Callable[[dict[str, Any]], None],
        notify: Callable[[str], None],
    ) -> None:
        self._subscription = subscription
        self._after = after
        self._find = find
        self._wait = wait
        self._on_update = on_update
        self._notify = notify
        self._backoff = Backoff()
        self._unavailable = False
        self._was_connected = False

    async def run(self) -> None:
        """Run until the subscription completes. Raises `CommandError` if a retry cannot help."""
        while True:
            try:
                await self._connect_once()
            except GatewayUnavailable as error:
                await self._wait_for(f"{error}: waiting for the gateway")
            except OperationFailed as error:
                await self._handle(error)
            else:
                self._notify(f"the gateway completed the subscription to {self._subscription}")
                return

    async def _connect_once(self) -> None:
        target = self._target()
        try:
            async with open_connection(target) as connection:
                if not self._was_connected:
                    await self._check_course(connection)
                self._was_connected = True
                if self._unavailable:
                    self._notify(f"connected to {target.url}")
                self._unavailable = False
                await self._receive(connection)
        except GatewayUnavailable as error:
            if self._was_connected:
                raise
            raise CommandError(
                f"no gateway answers at {target.url} ({error}): name another with --url or --data"
            ) from None
        except OperationFailed as error:
            if "UNAUTHENTICATED" in error.codes and target.minted:
                raise GatewayUnavailable("the token has expired") from None
            raise

    def _target(self) -> GatewayTarget:
        try:
            return self._find()
        except CommandError as error:
            if not self._was_connected:
                raise
            raise GatewayUnavailable(str(error)) from None

    async def _check_course(self, connection: GatewayConnection) -> None:
        """Refuse an unknown course: the feed would accept it and never send an update."""
        if self._subscription.course is None:
            return
        try:
            async with aclosing(connection.execute(COURSE, {"course": self._subscription.course})) as payloads:
                known = [payload async for payload in payloads]
        except OperationFailed:
            return  # the subscription fails with the same error
        if not any(payload["data"].get("course") or payload.get("errors") for payload in known):
            raise CommandError(f"there is no course {self._subscription.course}")

    async def _receive(self, connection: GatewayConnection) -> None:
        async with aclosing(connection.execute(UPDATES, self._subscription.variables(self._after))) as payloads:
            async for payload in payloads:
                self._after = payload["data"]["progressUpdated"]["cursor"]
                self._backoff.reset()
                self._on_update(payload)

    async def _handle(self, error: OperationFailed) -> None:
        if "CURSOR_EXPIRED" in error.codes:
            self._notify("updates after the last one were deleted: watching from now on")
            if self._after is None:  # the feed itself was lost, and may be lost again
                await self._wait(self._backoff.next_delay() / timedelta(seconds=1))
            self._after = None
        elif error.codes & TRANSIENT:
            await self._wait_for(f"{error}: waiting")
        else:
            raise CommandError(str(error)) from None

    async def _wait_for(self, reason: str) -> None:
        """Wait before the next attempt. Only the first of several failures is reported."""
        if not self._unavailable:
            self._notify(reason)
        self._unavailable = True
        await self._wait(self._backoff.next_delay() / timedelta(seconds=1))
