"""What was sent to the timeline and not answered: it may be stored yet, and later than what came after it.

A server that stalled takes up what waits in its sockets long after that was given up and delivered again, and a process
that was stopped goes on where it was, its lease over. An event that was voided meanwhile comes back so, and a count of
before takes the place of a newer one. So what is in doubt is brought in line with the ledger once more, a while later.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from itertools import islice
from uuid import UUID

from gateway.relay.bisection import bisect_rejected
from gateway.relay.delivery import reconcile_with_ledger
from stores.domain.events import Event
from stores.domain.outbox import Commit
from stores.errors import Rejected
from stores.ports.stores import Stores

MOST = 20_000
AT_ONCE = 2_000


class Doubts:
    """`settles`: seconds after which nothing of what was given up is under way any more."""

    def __init__(self, stores: Stores, *, settles: float) -> None:
        self._stores = stores
        self._settles = settles
        self._doubted: dict[UUID, tuple[float, Event]] = {}
        """Those in doubt for longest first."""

    def note(self, commits: Iterable[Commit]) -> None:
        """A delivery of these ended otherwise than by an answer."""
        now = asyncio.get_running_loop().time()
        for commit in commits:
            for event in (*commit.events, *commit.voided):  # taking out writes counts, too
                self._doubted.pop(event.id, None)
                self._doubted[event.id] = (now, event)
        for key in list(islice(self._doubted, max(0, len(self._doubted) - MOST))):
            del self._doubted[key]

    async def mend(self) -> None:
        """Whoever has the partitions by now: the ledger's word holds for all."""
        while ripe := self._ripe():
            self._stores.timeline.forget()
            follow = partial(reconcile_with_ledger, self._stores)
            await bisect_rejected([event for _, event in ripe], follow, on_rejected=self._leave)
            for each in ripe:
                if self._doubted.get(each[1].id) == each:  # not noted again meanwhile
                    del self._doubted[each[1].id]

    async def _leave(self, event: Event, error: Rejected) -> None:
        """What the timeline cannot keep; whoever delivers it tells of that."""

    def _ripe(self) -> Sequence[tuple[float, Event]]:
        since = asyncio.get_running_loop().time() - self._settles
        oldest: Collection[tuple[float, Event]] = list(islice(self._doubted.values(), AT_ONCE))
        return [each for each in oldest if each[0] <= since]
