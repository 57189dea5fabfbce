"""Live updates: the progress of learners and courses as it is committed, for subscribers on any process.

A feed is the bounded history of the updates of one learner or one course. A subscriber that reconnects with a cursor
gets the updates that it missed, or an error if they are no longer stored.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from stores.domain.outbox import Commit
from stores.domain.updates import (
    FeedKey,
    Update,
)
from stores.ports.pinger import Pinger
from stores.ports.signals import Signals

Feed: TypeAlias = AbstractAsyncContextManager[AsyncIterator[Update]]


class Live(Pinger, Protocol):
    async def publish(self, commits: Sequence[Commit]) -> None:
        """Append those that have progress to their learner's and their course's feed. Idempotent and in order: of a
        registration, one whose `number` is not above the last published one's is left out."""

    def feed(self, feed_key: FeedKey, *, after: str | None) -> Feed:
        """The updates of a feed in order, from now on, or from behind the cursor `after`. Entered when listening has
        begun: what is published after that is there. On entering, `Rejected`: not a cursor; `CursorExpired`: what
        came after it is not kept any more, or it is not one of this feed. While going: `CursorExpired` for a listener
        that was slower than the feed is long, or whose feed was lost; a backend that is away is waited for."""

    async def signal(self, channels: Collection[str]) -> None:
        """Tell who listens on these channels, in whatever process, that something changed."""

    def signals(self, channel: str) -> Signals:
        """Signals of a channel. The keys are the channel itself."""
