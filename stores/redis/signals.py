"""Signals through Redis: a mailbox that hears a channel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stores.feeds.signals import Mailbox
from stores.redis.pubsub import PubSub


class _Letterbox:
    __slots__ = ("_mailbox",)

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def hear(self, message: str) -> None:
        self._mailbox.put(message)

    def miss(self) -> None:
        self._mailbox.put_all()

    def wait(self) -> None:
        self._mailbox.put_all()  # who looks now learns that the store is away


@asynccontextmanager
async def mailbox_on(channels: PubSub, name: str, *, store: str) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    async with channels.listen(name, _Letterbox(mailbox), parse=bytes.decode, store=store):
        yield mailbox
