"""The simulation writes through the commands of clients: their rules hold for it."""

from datetime import timedelta
from uuid import UUID

import pytest

from gateway.simulation.simulated_writes import SimulatedWrites
from resolvers.writes.enrollments import Enroll
from resolvers.writes.faults import MAX_BULK
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.progress import VerdictStatus
from stores.domain.sessions import Heartbeat
from stores.errors import Rejected
from stores.ports.stores import Stores
from tests.resolvers import world

ADA_IN_ALGEBRA, BEN_IN_BOTANY = world.registration(world.ALGEBRA, 0), world.registration(world.BOTANY, 1)


@pytest.fixture
async def stores() -> Stores:
    return await world.open_school()


@pytest.fixture
def writes(stores: Stores) -> SimulatedWrites:
    return SimulatedWrites(stores, deadlines=world.DEADLINES, now=lambda: world.NOW, random_bytes=bytes)


def played(number: int, **fields: object) -> Event:
    return Event(
        id=UUID(int=number),
        registration=ADA_IN_ALGEBRA,
        learner_id=world.ADA,
        course_key=world.ALGEBRA,
        verb=Verb.PLAYED,
        verb_iri=VERB_IRIS[Verb.PLAYED],
        at=world.NOW,
        item_key="video",
        **fields,  # type: ignore[arg-type]
    )


def heartbeat(learner_id: str, registration: UUID, course_key: str) -> Heartbeat:
    at = world.NOW + timedelta(seconds=1)
    return Heartbeat(session_id="new", learner_id=learner_id, registration=registration, course_key=course_key, at=at)


async def test_events_are_recorded_exactly_and_in_batches(stores: Stores, writes: SimulatedWrites) -> None:
    events = [played(number, duration_ms=1_000 + number, extensions={"n": number}) for number in range(MAX_BULK + 1)]
    verdicts = await writes.record(events)
    assert [(verdict.id, verdict.status) for verdict in verdicts] == [
        (event.id, VerdictStatus.ACCEPTED) for event in events
    ]
    assert await stores.progress.ledger([event.id for event in events]) == {event.id: event for event in events}


async def test_an_invalid_event_is_rejected_alone(writes: SimulatedWrites) -> None:
    one, other = await writes.record([played(1, score=2.0), played(2)])
    assert (one.fault and one.fault.path, other.fault) == (("events", 0, "score"), None)


async def test_heartbeats_of_withdrawn_enrolments_are_ignored(stores: Stores, writes: SimulatedWrites) -> None:
    await writes.send_heartbeats(
        [heartbeat(world.ADA, ADA_IN_ALGEBRA, world.ALGEBRA), heartbeat(world.BEN, BEN_IN_BOTANY, world.BOTANY)]
    )
    sessions = await stores.sessions.by_learners([world.ADA, world.BEN])
    assert {key: session.session_id for key, session in sessions.items()} == {world.ADA: "new"}


async def test_a_refused_enrolment_is_an_error(stores: Stores, writes: SimulatedWrites) -> None:
    await writes.enroll(Enroll(learner_id=world.BEN, course_key=world.ALGEBRA, registration=UUID(int=9)))
    assert UUID(int=9) in await stores.progress.by_registrations([UUID(int=9)])
    with pytest.raises(Rejected, match="UNKNOWN_COURSE at course_key"):
        await writes.enroll(Enroll(learner_id=world.BEN, course_key="course-v1:No+Such+1"))
