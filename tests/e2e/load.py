"""Writers that repeat each batch until it is acknowledged, and the comparison of all stores with the ledger."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx2

from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from stores.domain.activity import ActivityWindow
from stores.domain.calendar import QUARTER, Span
from stores.domain.events import NO_ACTIVITY, Event
from stores.domain.outbox import Consumer
from stores.domain.paging import EPOCH
from stores.domain.progress import EnrollmentState
from stores.domain.progress_projection import course_index, initial_state, refold, resume_point, without_voided
from stores.errors import StoreError
from stores.ports.stores import Stores
from tests.e2e.deployment import COURSE, ITEMS, learner, registration

RECORD = """mutation ($events: [InteractionInput!]!) { recordInteractions(input: { events: $events }) {
  results { id status error { code message } } errors { code message } } }"""
BATCH = 10
AGE = timedelta(weeks=6)
"""No event of a test is older."""
RETRY_SECONDS, TIMEOUT_SECONDS = 0.1, 60.0


VERBS = {"ATTEMPTED": 50, "PAUSED": 25, "COMPLETED": 3, "PASSED": 2, "LAUNCHED": 10, "TERMINATED": 10}
"""Weights. PASSED is rare, so that courses are satisfied in the middle of a run."""


def random_event(chance: Random) -> dict[str, Any]:
    """Verb, item and values of a random event."""
    [verb] = chance.choices(list(VERBS), list(VERBS.values()))
    event: dict[str, Any] = {"verb": verb, "itemKey": chance.choice(ITEMS), "durationSeconds": 1.0}
    share = round(chance.random(), 3)
    match verb:
        case "ATTEMPTED":
            event["score"] = share * 0.9
        case "PAUSED":
            event |= {"progress": share * 0.9, "position": share * 600}
        case "LAUNCHED" | "TERMINATED":
            event["sessionId"] = "session"
    return event


@dataclass(slots=True)
class Writer:
    """`sent`: ids by learner; `acknowledged`: ids that the gateway acknowledged. One event in fifty voids another."""

    urls: list[str]
    authorization: str
    seed: int
    learners: range
    sent: dict[int, list[UUID]] = field(default_factory=dict)
    acknowledged: set[UUID] = field(default_factory=set)
    repeated: int = 0
    turn: int = 0
    acknowledged_at: float = 0.0
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)

    async def write(self, over: asyncio.Event) -> None:
        """Write one batch after another until `over` is set and the last batch is acknowledged."""
        async with self._client() as client:
            await self._write_once(client, self.chance.choice(self.learners))
            while not over.is_set():
                await self._write_once(client, self.chance.choice(self.learners))

    async def write_once(self, number: int) -> None:
        """Write one batch of this learner."""
        async with self._client() as client:
            await self._write_once(client, number)

    def _client(self) -> httpx2.AsyncClient:
        # Without `verify`: loading the certificates takes longer than a batch.
        return httpx2.AsyncClient(headers={"Authorization": self.authorization}, timeout=15, verify=False)

    async def _write_once(self, client: httpx2.AsyncClient, number: int) -> None:
        await self._write_until_acknowledged(client, self._events(number))

    async def _write_until_acknowledged(self, client: httpx2.AsyncClient, events: list[dict[str, Any]]) -> None:
        body = {"query": RECORD, "variables": {"events": events}}
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not await self._acknowledge(client, self.urls[self.turn % len(self.urls)], body):
                self.turn += 1
                self.repeated += 1
                await asyncio.sleep(RETRY_SECONDS)

    def _events(self, number: int) -> list[dict[str, Any]]:
        events = []
        for _ in range(BATCH):
            mine = self.sent.setdefault(number, [])
            event: dict[str, Any] = {
                "id": str(UUID(int=self.chance.getrandbits(128), version=4)),
                "registration": str(registration(number)),
                "at": show_time(utc_now()),
            }
            if mine and self.chance.random() < 0.02:
                event |= {"verb": "VOIDED", "voids": str(self.chance.choice(mine))}
            else:
                event |= random_event(self.chance)
            mine.append(UUID(event["id"]))
            events.append(event)
        return events

    async def _acknowledge(self, client: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> bool:
        try:
            answer = (await client.post(url, json=body)).json()
        except (httpx2.HTTPError, ValueError):
            return False
        payload = (answer.get("data") or {}).get("recordInteractions")
        if payload is None or payload["errors"]:
            return False
        assert {result["status"] for result in payload["results"]} <= {"ACCEPTED", "DUPLICATE"}, payload
        self.acknowledged_at = asyncio.get_running_loop().time()
        self.acknowledged |= {UUID(result["id"]) for result in payload["results"]}
        return True


async def delivered(stores: Stores, *, within: float) -> None:
    """Wait until the outbox is empty."""
    async with asyncio.timeout(within):
        while True:
            try:
                backlog = await stores.outbox.backlog()
                if not any(backlog[consumer].waiting for consumer in Consumer):
                    return
            except StoreError:
                pass
            await asyncio.sleep(0.05)


async def ledger_of(stores: Stores, ids: list[UUID]) -> dict[UUID, Event]:
    found: dict[UUID, Event] = {}
    for start in range(0, len(ids), 1_000):
        found |= await stores.progress.ledger(ids[start : start + 1_000])
    return found


async def timeline_of(stores: Stores, learner_id: str) -> list[UUID]:
    ids: list[UUID] = []
    after = None
    while True:
        pages = await stores.timeline.by_learners(
            [learner_id], span=None, verbs=None, courses=None, after=after, first=1_000
        )
        if learner_id not in pages:
            return ids
        page = pages[learner_id]
        ids += [event.id for event in page.rows]
        if not page.has_next:
            return ids
        after = page.cursors[-1]


async def assert_folded(stores: Stores, key: UUID, events: list[Event]) -> None:
    """Progress rows and resume points equal a fold of the whole ledger."""
    enrollment = (await stores.progress.by_registrations([key]))[key]
    course = (await stores.catalog.versions([enrollment.pin]))[enrollment.pin]
    index = course_index(course.items)
    expected = refold(initial_state(enrollment, index), events, index)
    assert (await stores.progress.item_progress([key])).get(key, {}) == expected.items
    course_row = (await stores.progress.course_progress([key]))[key]
    assert replace(course_row, version=0) == replace(expected.course, version=0)
    assert enrollment == expected.enrollment
    certificates = await stores.progress.certificates([key])
    assert key in certificates or not course_row.satisfied
    point = resume_point(without_voided(events))
    assert (await stores.progress.resume_points([key])).get(key) == point
    assert (await stores.sessions.resume_points([key])).get(key) == point


async def assert_agree(stores: Stores, writers: Sequence[Writer], learners: int) -> None:
    """Every acknowledged event is in the ledger; every event there that is not voided is once in the timeline and once
    in the activity of the course, quarter by quarter. Progress and resume points follow from the ledger."""
    acknowledged = {key for writer in writers for key in writer.acknowledged}
    ledgers = await assert_timelines(stores, writers, learners)
    for number, ledger in enumerate(ledgers):
        assert acknowledged & {key for writer in writers for key in writer.sent.get(number, [])} <= ledger.keys()
        await assert_folded(stores, registration(number), list(ledger.values()))
    assert acknowledged
    assert await course_activity(stores) == activity_of(
        event for ledger in ledgers for event in without_voided(ledger.values())
    )
    await assert_counted(stores, learners)


async def assert_timelines(stores: Stores, writers: Sequence[Writer], learners: int) -> list[dict[UUID, Event]]:
    """Every event of the ledger that is not voided is once in the timeline, and no other event is. Returns the ledger
    of each learner."""
    ledgers = []
    for number in range(learners):
        ledger = await ledger_of(stores, [key for writer in writers for key in writer.sent.get(number, [])])
        expected = {event.id for event in without_voided(ledger.values())}
        found = await timeline_of(stores, learner(number))
        missing = [ledger[key] for key in expected - set(found)]
        voided = [ledger.get(key, key) for key in set(found) - expected]
        assert (missing, voided) == ([], []), "the timeline lacks events, or has voided or unknown ones"
        assert len(found) == len(expected)
        ledgers.append(ledger)
    return ledgers


async def assert_counted(stores: Stores, learners: int) -> None:
    """The kept numbers of the course's enrolments by state are those of the enrolments."""
    rows = await stores.progress.by_registrations([registration(number) for number in range(learners)])
    expected = Counter(row.state for row in rows.values())
    for state in EnrollmentState:
        found = await stores.progress.count_by_courses([COURSE], states=[state])
        assert found.get(COURSE, 0) == expected[state], state


async def course_activity(stores: Stores) -> list[ActivityWindow]:
    """The quarters of an hour in which the course has activity, from the earliest event of a test on."""
    start = utc_now() - AGE
    start -= (start - EPOCH) % QUARTER
    windows = [Span(start + number * QUARTER, start + (number + 1) * QUARTER) for number in range(AGE // QUARTER + 2)]
    found = await stores.activity.by_courses([COURSE], windows=windows, learners=True)
    return [window for window in found[COURSE] if window.events or window.active_ms or window.learners]


def activity_of(events: Iterable[Event]) -> list[ActivityWindow]:
    """What `course_activity` must be if these are all live events."""
    of_quarter: defaultdict[datetime, list[Event]] = defaultdict(list)
    for event in events:
        if event.verb not in NO_ACTIVITY:
            of_quarter[event.at - (event.at - EPOCH) % QUARTER].append(event)
    return [
        ActivityWindow(
            start=start,
            end=start + QUARTER,
            events=len(given),
            learners=len({event.registration for event in given}),
            active_ms=sum(event.duration_ms or 0 for event in given),
        )
        for start, given in sorted(of_quarter.items())
    ]
