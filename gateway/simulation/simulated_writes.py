"""What simulated learners write, through the same commands as clients: permissions and rules are checked there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from resolvers.policy.rules import EVENTS_WRITE
from resolvers.viewer import Role, Viewer
from resolvers.writes.enrollments import Enroll, enroll
from resolvers.writes.event_faults import Interaction
from resolvers.writes.faults import MAX_BULK, Refusal
from resolvers.writes.interactions import EventVerdict, RecordInteractions, record_interactions
from resolvers.writes.sessions import SendHeartbeat, send_heartbeats
from resolvers.writes.write_stores import RandomBytes, WriteStores
from stores.domain.events import Event
from stores.domain.sessions import Heartbeat
from stores.errors import Rejected
from stores.ports.stores import Stores

T = TypeVar("T")
SIMULATION = Viewer(subject="simulation", role=Role.SERVICE, scopes=frozenset({EVENTS_WRITE}))


class SimulatedWrites:
    """Writes to `stores` with their `deadlines`. All methods raise StoreError; repeating a call is safe."""

    def __init__(
        self,
        stores: Stores,
        *,
        deadlines: Mapping[str, timedelta],
        now: Callable[[], datetime],
        random_bytes: RandomBytes,
    ) -> None:
        self._stores = stores
        self._deadlines = deadlines
        self._now = now
        self._random_bytes = random_bytes

    async def record(self, events: Sequence[Event]) -> Sequence[EventVerdict]:
        """Record events in batches of 500; one verdict for each event, in order."""
        verdicts: list[EventVerdict] = []
        for start in range(0, len(events), MAX_BULK):
            batch = RecordInteractions(events=[interaction_of(event) for event in events[start : start + MAX_BULK]])
            recorded = await record_interactions(self._write_stores(), SIMULATION, batch)
            verdicts += accepted(recorded)
        return verdicts

    async def enroll(self, command: Enroll) -> None:
        """Enrol a learner. Raises Rejected if the command is refused."""
        accepted(await enroll(self._write_stores(), SIMULATION, command))

    async def send_heartbeats(self, heartbeats: Iterable[Heartbeat]) -> None:
        """Send heartbeats, each in the name of its learner. Those of withdrawn enrolments are refused and ignored."""
        commands = [
            (Viewer(subject=beat.learner_id, role=Role.LEARNER), heartbeat_command(beat)) for beat in heartbeats
        ]
        await send_heartbeats(self._write_stores(), commands)

    def _write_stores(self) -> WriteStores:
        return WriteStores.outside_operations(
            self._stores, deadlines=self._deadlines, now=self._now, random_bytes=self._random_bytes
        )


def accepted(result: T | Refusal) -> T:
    """The result of a write command. Raises Rejected if it was refused: the simulation's data are wrong then."""
    if isinstance(result, Refusal):
        fault = result.faults[0]
        raise Rejected("progress", f"{fault.code} at {'.'.join(map(str, fault.path))}: {fault.message}")
    return result


def interaction_of(event: Event) -> Interaction:
    """An event as a client sends it."""
    return Interaction(
        id=event.id,
        registration=event.registration,
        verb=event.verb,
        verb_iri=event.verb_iri,
        at=event.at,
        item_key=event.item_key,
        score=event.score,
        success=event.success,
        progress=event.progress,
        duration_seconds=None if event.duration_ms is None else event.duration_ms / 1000,
        position=event.position,
        session_id=event.session_id,
        voids=event.voids,
        extensions=event.extensions,
    )


def heartbeat_command(beat: Heartbeat) -> SendHeartbeat:
    """A heartbeat as a client sends it."""
    return SendHeartbeat(
        session_id=beat.session_id,
        registration=beat.registration,
        item_key=beat.item_key,
        position=beat.position,
        device=beat.device,
        at=beat.at,
    )
