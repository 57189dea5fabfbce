"""Updates across whatever happens to gateways and connections: by the cursor, none is missed as long as it is kept."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from gateway.runtime.errors import CommandError
from gateway.watch_client.connection import GatewayConnection, GatewayUnavailable, OperationFailed, open_connection
from gateway.watch_client.subscription import COURSE, UPDATES, WatchSubscription
from gateway.watch_client.target import Target
from stores.backoff import Backoff

PASSING = frozenset({"STORE_UNAVAILABLE", "STORE_TIMEOUT", "STORE_ERROR", "CONFLICT", "TOO_MANY"})
"""Codes of what may be better soon."""


class ReconnectingWatch:
    """`find` says where the gateway is just now (`Stop`: nowhere). `tell` hears what a person should know."""

    def __init__(
        self,
        asked: WatchSubscription,
        *,
        after: str | None,
        find: Callable[[], Target],
        wait: Callable[[float], Awaitable[None]],
        on_update: Callable[[dict[str, Any]], None],
        notify: Callable[[str], None],
    ) -> None:
        self._asked = asked
        self._after = after
        self._find = find
        self._wait = wait
        self._on_update = on_update
        self._notify = notify
        self._backoff = Backoff()
        self._away = False
        self._let_in = False

    async def run(self) -> None:
        """Until the gateway says that nothing more will come; `Stop` when it is no use to go on."""
        while True:
            try:
                await self._once()
            except GatewayUnavailable as why:
                if not self._away:
                    self._notify(f"{why}: waiting for the gateway")
                self._away = True
                await self._wait(self._backoff.next_delay() / timedelta(seconds=1))
            except OperationFailed as failed:
                await self._mend(failed)
            else:
                self._notify(f"nothing more will come of {self._asked}")
                return

    async def _once(self) -> None:
        target = self._where()
        try:
            async with open_connection(target) as link:
                if not self._let_in:
                    await self._check(link)
                self._let_in = True
                if self._away:
                    self._notify(f"goes on, connected to {target.url}")
                self._away = False
                await self._listen(link)
        except GatewayUnavailable as why:
            if self._let_in:
                raise
            raise CommandError(f"no gateway answers at {target.url} ({why}): name one with --url or --data") from None
        except OperationFailed as failed:
            if "UNAUTHENTICATED" in failed.codes and target.minted:
                raise GatewayUnavailable("the token has expired") from None
            raise

    def _where(self) -> Target:
        try:
            return self._find()
        except CommandError as stop:
            if not self._let_in:
                raise
            raise GatewayUnavailable(str(stop)) from None

    async def _check(self, link: GatewayConnection) -> None:
        """Of a course that does not exist no update would ever come: a feed has no way of knowing."""
        if self._asked.course is None:
            return
        try:
            async with aclosing(link.answers(COURSE, {"course": self._asked.course})) as answers:
                known = [answer async for answer in answers]
        except OperationFailed:
            return  # the subscription will tell
        if not any(answer["data"].get("course") or answer.get("errors") for answer in known):
            raise CommandError(f"there is no course {self._asked.course}")

    async def _listen(self, link: GatewayConnection) -> None:
        async with aclosing(link.answers(UPDATES, self._asked.variables(self._after))) as answers:
            async for answer in answers:
                self._after = answer["data"]["progressUpdated"]["cursor"]
                self._backoff.reset()
                self._on_update(answer)

    async def _mend(self, failed: OperationFailed) -> None:
        if "CURSOR_EXPIRED" in failed.codes:
            self._notify("what came after the last update is not kept any more: watching from now on")
            if self._after is None:  # the feed itself was lost: not at once again
                await self._wait(self._backoff.next_delay() / timedelta(seconds=1))
            self._after = None
        elif failed.codes & PASSING:
            if not self._away:
                self._notify(f"{failed}: waiting")
            self._away = True
            await self._wait(self._backoff.next_delay() / timedelta(seconds=1))
        else:
            raise CommandError(str(failed)) from None
