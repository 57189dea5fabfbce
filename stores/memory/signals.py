"""Signals within one process: the mailboxes of who listens, by channel."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stores.feeds.signals import Mailbox


class SignalChannels:
    def __init__(self) -> None:
        self._mailboxes: defaultdict[str, set[Mailbox]] = defaultdict(set)

    def signal(self, channel: str, key: str) -> None:
        for mailbox in self._mailboxes.get(channel, ()):
            mailbox.put(key)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Mailbox]:
        mailbox = Mailbox()
        self._mailboxes[channel].add(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes[channel].discard(mailbox)
