"""The port of live updates: progress as it is committed, for subscribers on any process. In Redis by default.

A feed is the bounded history of the updates of one learner or course. A subscriber that reconnects with a cursor gets
the updates that it missed, or an error if they are no longer stored.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from stores.domain.outbox import Commit
from stores.domain.queue_counts import QueueCounts
from stores.domain.updates import (
    FeedKey,
    Update,
)
from stores.ports.pinger import Pinger
from stores.ports.signals import Signals

Feed: TypeAlias = AbstractAsyncContextManager[AsyncIterator[Update]]


class Live(Pinger, Protocol):
    """Feeds of updates, and signals between processes. `queues` counts what the listeners of this process merge and
    drop."""

    queues: QueueCounts

    async def publish(self, commits: Sequence[Commit]) -> None:
        """Append the commits that have progress to the feeds of their learner and of their course. Idempotent and
        ordered: a commit whose `number` is not above the last published one of its registration is skipped."""

    def feed(self, feed_key: FeedKey, *, after: str | None) -> Feed:
        """The updates of a feed in order, from now on or after the cursor `after`. Entered when the subscription
        stands: updates published after that are delivered.

        Errors on entering: `Rejected` (malformed cursor), `CursorExpired` (the feed no longer has the updates after the
        cursor, or the cursor is of another feed). Errors while iterating: `CursorExpired` if the subscriber was slower
        than the feed is long, or the feed was lost. While the backend is away, the iterator waits. It never ends by
        itself.
        """

    async def signal(self, channels: Collection[str]) -> None:
        """Send a signal on these channels to the subscribers in all processes."""

    async def announce(self, channel: str, keys: Collection[str]) -> None:
        """Send a signal for each of these keys on a channel to the subscribers in all processes. Signals that one
        process sends one after the other arrive in this order."""

    def signals(self, channel: str) -> Signals:
        """The signals of a channel. The key of one that `signal` sent is the name of the channel."""
