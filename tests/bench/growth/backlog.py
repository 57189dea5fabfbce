"""A backlog of commits of one event each, in random time order, that a relay delivers to the timeline."""

import asyncio
from datetime import timedelta
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID

from gateway.relay.relay import Relay
from gateway.runtime.clock import utc_now
from resolvers.health import Health
from stores.batches import batched
from stores.domain.calendar import QUARTER, Span
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.ports.stores import Stores
from tests.e2e.deployment import COURSE, course, learner, registration

LEARNERS = 1_000
DAYS = 300
AT_ONCE = 1_000


async def make_backlog(stores: Stores, commits: int) -> None:
    """Record commits of one event each: every batch has one event of each learner, at a random time."""
    rng = Random(1)
    [published] = (await stores.catalog.latest([COURSE])).values()
    items = {published.pin: published.items}
    for _ in range(commits // AT_ONCE):
        events = [
            Event(
                id=UUID(int=rng.getrandbits(128)),
                registration=registration(number % LEARNERS),
                learner_id=learner(number % LEARNERS),
                course_key=course().key,
                verb=Verb.PLAYED,
                verb_iri=VERB_IRIS[Verb.PLAYED],
                at=utc_now() - timedelta(milliseconds=rng.randrange(DAYS * 86_400_000)),
                item_key="video",
                position=1.0,
            )
            for number in range(AT_ONCE)
        ]
        await stores.progress.record(events, items=items)
        await drop_live(stores)


async def drop_live(stores: Stores) -> None:
    """Settle all commits for LIVE, so that only the timeline has a backlog when the measurement begins."""
    while commits := await stores.outbox.take(Consumer.LIVE, range(PARTITIONS), most=5_000):
        await stores.outbox.settle(Consumer.LIVE, commits)


async def drain(stores: Stores, *, commits: int) -> dict[str, Any]:
    """Make a backlog, run a relay with both consumers, and time until all of it is delivered to the timeline."""
    await make_backlog(stores, commits)
    health = Health(stores=stores, backends={}, now=utc_now)
    relay = asyncio.create_task(Relay(stores, holder="bench", failures=health).run())
    started = perf_counter()
    try:
        while (await stores.outbox.backlog())[Consumer.TIMELINE].waiting > 0:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        took = perf_counter() - started
    finally:
        relay.cancel()
        await asyncio.wait([relay])
    return {
        "commits": commits,
        "in the timeline": await in_timeline(stores),
        "seconds": round(took, 1),
        "events_per_s": round(commits / took),
    }


async def in_timeline(stores: Stores) -> int:
    """How many events the timeline has."""
    end = utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    span = Span(end - timedelta(days=DAYS + 1), end)
    counted = 0
    for learners in batched(map(learner, range(LEARNERS)), 100):
        counts = await stores.timeline.learner_counts(learners, span=span, grain=QUARTER, courses=None)
        counted += sum(count.events for its in counts.values() for count in its)
    return counted
