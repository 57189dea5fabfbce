"""Signals through Redis: a mailbox that is subscribed to a channel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stores.feeds.signals import Mailbox
from stores.redis.pubsub import PubSub


class _MailboxSubscriber:
    __slots__ = ("_mailbox",)

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def on_message(self, message: str) -> None:
        self._mailbox.put(message)

    def on_gap(self) -> None:
        self._mailbox.put_all()

    def on_disconnect(self) -> None:
        self._mailbox.put_all()  # a reader that looks now learns that the store is away


@asynccontextmanager
async def open_mailbox(pubsub: PubSub, name: str, *, store: str) -> AsyncIterator[Mailbox]:
    """A mailbox of the keys that are published on a channel. Errors as those of `PubSub.listen`."""
    mailbox = Mailbox()
    async with pubsub.listen(name, _MailboxSubscriber(mailbox), parse=bytes.decode, store=store):
        yield mailbox
