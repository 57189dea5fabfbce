"""Replays recorded events as live ones.

Each event is recorded with the current time and a new id. So imported history stays as it is (or need not exist), the
ledger accepts the events as new ones, and a second replay adds them again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.relay.delivery import heartbeat_of
from gateway.runtime.store_retry import retry_delay
from gateway.simulation.periodic_tasks import Now, Wait
from gateway.simulation.replay_schedule import ReplaySchedule
from gateway.simulation.restamper import Restamper
from gateway.simulation.simulated_writes import SimulatedWrites
from resolvers.writes.interactions import EventVerdict
from stores.backoff import Backoff
from stores.domain.events import Event
from stores.errors import Rejected, StoreError

MAX_BATCH = 500
"""Events in one call of the ledger."""
MIN_INTERVAL = timedelta(seconds=0.1)
"""The time between two calls while the replay keeps up. Few large batches cost less than many small ones."""
STATUS_INTERVAL = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class ReplayStatus:
    """The state of a replay.

    `moment` is the recorded time of the latest event; `behind` is how late the next event is; `waiting_for` is the
    store that does not answer, if any; `rejected` counts rejected events by code."""

    total: int
    done: int = 0
    moment: datetime | None = None
    took: timedelta = timedelta()
    behind: timedelta = timedelta()
    waiting_for: str | None = None
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Events per second since the start."""
        return self.done / max(0.001, self.took.total_seconds())


class Replay:
    """Records the events of a schedule when they fall due. `on_status` is called at least every second, and at once
    when a store fails."""

    def __init__(
        self,
        writes: SimulatedWrites,
        schedule: ReplaySchedule,
        *,
        restamper: Restamper,
        now: Now,
        wait: Wait,
        on_status: Callable[[ReplayStatus], None],
    ) -> None:
        self._writes = writes
        self._schedule = schedule
        self._restamper = restamper
        self._now = now
        self._wait = wait
        self._on_status = on_status
        self.status = ReplayStatus(total=schedule.total)

    async def run(self) -> None:
        """Run until the last event is recorded."""
        start = self._now()
        while (due_in := self._schedule.due_in(self._now() - start)) is not None:
            self._report(start, -due_in)
            if due_in > timedelta():
                await self._wait(min(STATUS_INTERVAL, max(MIN_INTERVAL, due_in)) / timedelta(seconds=1))
            now = self._now()
            if batch := self._schedule.take(now - start, most=MAX_BATCH):
                await self._write([self._restamper.restamp(event, now) for event in batch])
                self.status.moment = self._schedule.moment
        self._report(start, timedelta())

    def _report(self, start: datetime, behind: timedelta) -> None:
        self.status.took = self._now() - start
        # Batching makes every event a little late.
        self.status.behind = behind if behind > STATUS_INTERVAL else timedelta()
        self._on_status(self.status)

    async def _write(self, events: Sequence[Event]) -> None:
        verdicts = await self._record(events)
        self.status.waiting_for = None
        self.status.done += len(events)
        self.status.rejected.update(each.fault.code for each in verdicts if each.fault is not None)
        latest = {event.registration: event for event in events}
        try:
            await self._writes.send_heartbeats(heartbeat_of(event) for event in latest.values())
        except StoreError:
            return  # presence is not worth a delay: the learners' next events bring further heartbeats

    async def _record(self, events: Sequence[Event]) -> Sequence[EventVerdict]:
        """Record events, with retries until the ledger answers. The ids stay, so that a repetition is harmless."""
        backoff = Backoff()
        while True:
            try:
                return await self._writes.record(events)
            except Rejected:
                raise
            except StoreError as error:
                self.status.waiting_for = error.store
                self._on_status(self.status)
                delay = retry_delay(error, backoff)
            await self._wait(delay / timedelta(seconds=1))
