"""Writers as an impatient platform has them: a batch that was not acknowledged is sent again, the same, until it is."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import httpx2

from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from stores.domain.calendar import Span
from stores.domain.events import Event
from stores.domain.outbox import Consumer
from stores.domain.progress_projection import course_index, initial_state, refold, resume_point, without_voided
from stores.errors import StoreError
from stores.ports.stores import Stores
from tests.e2e.town import COURSE, ITEMS, learner, registration

RECORD = """mutation ($events: [InteractionInput!]!) { recordInteractions(input: { events: $events }) {
  results { id status error { code message } } errors { code message } } }"""
BATCH = 10
EVER = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
AGAIN_SECONDS, PATIENCE_SECONDS = 0.1, 60.0


VERBS = {"ATTEMPTED": 50, "PAUSED": 25, "COMPLETED": 3, "PASSED": 2, "LAUNCHED": 10, "TERMINATED": 10}
"""How often a learner does what; rarely they pass, so that courses are satisfied in the middle of it all."""


def done(chance: Random) -> dict[str, Any]:
    """Something that a learner does."""
    [verb] = chance.choices(list(VERBS), list(VERBS.values()))
    said: dict[str, Any] = {"verb": verb, "itemKey": chance.choice(ITEMS), "durationSeconds": 1.0}
    share = round(chance.random(), 3)
    match verb:
        case "ATTEMPTED":
            said["score"] = share * 0.9
        case "PAUSED":
            said |= {"progress": share * 0.9, "position": share * 600}
        case "LAUNCHED" | "TERMINATED":
            said["sessionId"] = "sitting"
    return said


@dataclass(slots=True)
class Writer:
    """`sent` by learner: ids; `acknowledged`: those that the gateway said it has. One event in fifty voids another."""

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
        """One batch after the other, until it is over and the last of them is acknowledged."""
        async with self._client() as client:
            await self._write_once(client, self.chance.choice(self.learners))
            while not over.is_set():
                await self._write_once(client, self.chance.choice(self.learners))

    async def write_once(self, number: int) -> None:
        """One batch of this learner."""
        async with self._client() as client:
            await self._write_once(client, number)

    def _client(self) -> httpx2.AsyncClient:
        # To read the certificates takes longer than a batch.
        return httpx2.AsyncClient(headers={"Authorization": self.authorization}, timeout=15, verify=False)

    async def _write_once(self, client: httpx2.AsyncClient, number: int) -> None:
        body = {"query": RECORD, "variables": {"events": self._events(number)}}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._acknowledge(client, self.urls[self.turn % len(self.urls)], body):
                self.turn += 1
                self.repeated += 1
                await asyncio.sleep(AGAIN_SECONDS)

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
                event |= done(self.chance)
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
    """Wait until nothing waits in the outbox."""
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
    """The rows are what a fold over the whole ledger makes, and so is every number in them."""
    enrollment = (await stores.progress.by_registrations([key]))[key]
    course = (await stores.catalog.versions([enrollment.pin]))[enrollment.pin]
    index = course_index(course.items)
    expected = refold(initial_state(enrollment, index), events, index)
    assert (await stores.progress.item_progress([key])).get(key, {}) == expected.items
    told = (await stores.progress.course_progress([key]))[key]
    assert replace(told, version=0) == replace(expected.course, version=0)
    assert enrollment == expected.enrollment
    certificates = await stores.progress.certificates([key])
    assert key in certificates or not told.satisfied
    point = resume_point(without_voided(events))
    assert (await stores.progress.resume_points([key])).get(key) == point
    assert (await stores.sessions.resume_points([key])).get(key) == point


async def assert_agree(stores: Stores, writers: list[Writer], learners: int) -> None:
    """Every acknowledged event is in the ledger, and what is there is once in the timeline, rows and roll-ups."""
    acknowledged = {key for writer in writers for key in writer.acknowledged}
    expected_events = expected_ms = 0
    for number in range(learners):
        sent = [key for writer in writers for key in writer.sent.get(number, [])]
        ledger = await ledger_of(stores, sent)
        assert acknowledged & set(sent) <= ledger.keys()
        kept = without_voided(ledger.values())
        told, expected = await timeline_of(stores, learner(number)), {event.id for event in kept}
        assert set(told) == expected, {key: ledger.get(key) for key in set(told) ^ expected}
        assert len(told) == len(expected)
        await assert_folded(stores, registration(number), list(ledger.values()))
        expected_events += len(kept)
        expected_ms += sum(event.duration_ms or 0 for event in kept)
    assert acknowledged
    whole = await stores.timeline.course_quarters([COURSE], span=EVER)
    assert sum(quarter.events for quarter in whole[COURSE]) == expected_events
    assert sum(quarter.active_ms for quarter in whole[COURSE]) == expected_ms
