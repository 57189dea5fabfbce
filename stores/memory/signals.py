"""Signals within one process."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stores.feeds.signals import Mailbox


class SignalChannels:
    """The mailboxes of the listeners, by channel."""

    def __init__(self) -> None:
        self._mailboxes: defaultdict[str, set[Mailbox]] = defaultdict(set)

    def signal(self, channel: str, key: str) -> None:
        """Put a key into every mailbox of the channel."""
        for mailbox in self._mailboxes.get(channel, ()):
            mailbox.put(key)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Mailbox]:
        """A new mailbox of the channel, until the block ends."""
        mailbox = Mailbox()
        self._mailboxes[channel].add(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes[channel].discard(mailbox)
