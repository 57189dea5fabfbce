"""load_events: the rules and the verdicts of recordInteractions, without the outbox."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from resolvers.writes.interactions import EventVerdict, load_events
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.outbox import Consumer
from stores.domain.progress import VerdictStatus
from tests.resolvers import world
from tests.resolvers.school import School

ALGEBRA = world.course(world.ALGEBRA, "Algebra")
ITEMS = {ALGEBRA.pin: ALGEBRA.items}
GOOD = Event(
    id=UUID(int=1),
    registration=world.registration(world.ALGEBRA, 0),
    learner_id=world.ADA,
    course_key=world.ALGEBRA,
    verb=Verb.PLAYED,
    verb_iri=VERB_IRIS[Verb.PLAYED],
    at=world.NOW,
    item_key="video",
)


async def load(school: School, *events: Event) -> list[str]:
    verdicts = await load_events(school.stores, events, items=ITEMS, now=world.NOW)
    assert [verdict.id for verdict in verdicts] == [event.id for event in events]
    return [shown(verdict) for verdict in verdicts]


def shown(verdict: EventVerdict) -> str:
    fault = verdict.fault
    return verdict.status.value if fault is None else f"{fault.code} {'.'.join(map(str, fault.path[1:]))}"


async def test_each_event_has_its_own_verdict(school: School) -> None:
    events = [
        GOOD,
        replace(GOOD, id=UUID(int=2), score=1.5),
        replace(GOOD, id=UUID(int=3), at=world.NOW + timedelta(minutes=6)),
        replace(GOOD, id=UUID(int=4), duration_ms=-1),
        replace(GOOD, id=UUID(int=5), duration_ms=366 * 86_400_000 + 1),
        replace(GOOD, id=UUID(int=6), item_key="nothing"),
        replace(GOOD, id=UUID(int=7), registration=UUID(int=99)),
        replace(GOOD, id=UUID(int=8), extensions={"x": 2**63}),
        replace(GOOD, id=UUID(int=9), session_id="数" * 171),
        replace(GOOD, id=UUID(int=10), verb=Verb.VOIDED),
        GOOD,
        replace(GOOD, position=3.0),
        replace(GOOD, id=UUID(int=11), duration_ms=366 * 86_400_000),
    ]
    assert await load(school, *events) == [
        "ACCEPTED",
        "BAD_USER_INPUT 1.score",
        "BAD_USER_INPUT 2.at",
        "BAD_USER_INPUT 3.duration_ms",
        "BAD_USER_INPUT 4.duration_ms",
        "UNKNOWN_ITEM 5.item_key",
        "UNKNOWN_REGISTRATION 6.registration",
        "BAD_USER_INPUT 7.extensions",
        "BAD_USER_INPUT 8.session_id",
        "BAD_USER_INPUT 9.voids",
        "DUPLICATE",
        "CONFLICT 11.id",
        "ACCEPTED",
    ]
    assert [event.id.int for event in await school.kept(*range(1, 12))] == [1, 11]


async def test_nothing_waits_in_the_outbox(school: School) -> None:
    assert await load(school, GOOD) == [VerdictStatus.ACCEPTED.value]
    assert (await school.stores.outbox.backlog())[Consumer.TIMELINE].waiting == 0


async def test_no_events_need_no_store_call(school: School) -> None:
    assert await load(school) == []
    assert await load(school, replace(GOOD, score=2)) == ["BAD_USER_INPUT 0.score"]
