"""Recorded events, replayed as live ones.

Each is recorded as of now, under a fresh id: history stays as it was imported (or is not there at all), the ledger
takes what is replayed for something new and refuses none of it, and a second replay is another one.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.relay.delivery import heartbeat_of
from gateway.simulation.restamp import Fresh
from gateway.simulation.schedule import Schedule
from gateway.simulation.scheduler import Now, Wait
from gateway.simulation.simulated_writes import SimulatedWrites
from resolvers.writes.interactions import EventVerdict
from stores.backoff import Backoff
from stores.domain.events import Event
from stores.errors import Rejected, StoreError

MOST = 500
"""Events in one append."""
GATHER = timedelta(seconds=0.1)
"""From append to append, as long as we keep up: few large ones cost less than many small ones."""
TELL = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Told:
    """How it goes. `moment` is of the past; `behind`: how late the next event is; `waits`: for which store."""

    total: int
    done: int = 0
    moment: datetime | None = None
    took: timedelta = timedelta()
    behind: timedelta = timedelta()
    waits: str | None = None
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return self.done / max(0.001, self.took.total_seconds())


class Replay:
    """`run` ends with the last event. `on_told` hears now and then, and at once when a store is away."""

    def __init__(
        self,
        writes: SimulatedWrites,
        schedule: Schedule,
        *,
        fresh: Fresh,
        now: Now,
        wait: Wait,
        on_told: Callable[[Told], None],
    ) -> None:
        self._writes = writes
        self._schedule = schedule
        self._fresh = fresh
        self._now = now
        self._wait = wait
        self._on_told = on_told
        self.told = Told(total=schedule.total)

    async def run(self) -> None:
        began = self._now()
        while (due_in := self._schedule.due_in(self._now() - began)) is not None:
            self._tell(began, -due_in)
            if due_in > timedelta():
                await self._wait(min(TELL, max(GATHER, due_in)) / timedelta(seconds=1))
            now = self._now()
            if batch := self._schedule.take(now - began, most=MOST):
                await self._write([self._fresh(event, now) for event in batch])
                self.told.moment = self._schedule.moment
        self._tell(began, timedelta())

    def _tell(self, began: datetime, behind: timedelta) -> None:
        self.told.took = self._now() - began
        # A little late everything is, by the gathering.
        self.told.behind = behind if behind > TELL else timedelta()
        self._on_told(self.told)

    async def _write(self, events: Sequence[Event]) -> None:
        verdicts = await self._record(events)
        self.told.waits = None
        self.told.done += len(events)
        self.told.rejected.update(each.fault.code for each in verdicts if each.fault is not None)
        latest = {event.registration: event for event in events}
        try:
            # Whoever does something is here.
            await self._writes.send_heartbeats(heartbeat_of(event) for event in latest.values())
        except StoreError:
            return  # and is here again by what they do next

    async def _record(self, events: Sequence[Event]) -> Sequence[EventVerdict]:
        """Again and again, the very same ones, until the ledger has them: to repeat is harmless."""
        backoff = Backoff()
        while True:
            try:
                return await self._writes.record(events)
            except Rejected:
                raise
            except StoreError as error:
                self.told.waits = error.store
                self._on_told(self.told)
            await self._wait(backoff.next_delay() / timedelta(seconds=1))
