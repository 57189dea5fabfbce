"""OULAD's assessment results as events through `recordInteractions`, until the relay has published them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from gateway.datasets.loader import load
from gateway.datasets.oulad.dataset import read_oulad
from gateway.embedded.loopback import HOST
from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from stores.domain.events import Event, Verb
from stores.ports.stores import Stores
from tests.bench.http import Connection
from tests.bench.writing import lag
from tests.e2e.deployment import Deployment
from tests.e2e.load import RECORD

OULAD = Path(__file__).resolve().parents[3] / "shared" / "data" / "oulad"
AT_ONCE, CONNECTIONS = 500, 4


async def importing(deployment: Deployment, stores: Stores) -> dict[str, Any]:
    """Load courses, profiles, enrolments and registrations by the import, then time the results."""
    dataset = read_oulad(OULAD, skip_bad=False)
    results = [event for event in dataset.events if event.verb is Verb.ATTEMPTED]
    rest = replace(dataset, events=[event for event in dataset.events if event.verb is Verb.REGISTERED])
    await load(rest, stores, now=utc_now)
    gateway = deployment.serve()
    bodies = iter(batches(results))
    now = asyncio.get_running_loop().time
    began, accepted, repeated = now(), 0, 0

    async def send() -> None:
        nonlocal accepted, repeated
        async with Connection(HOST, gateway.port, deployment.bearer()) as connection:
            for body in bodies:
                while b'"results":[]' in (answer := await connection.post(body)):  # a timeout: send it again
                    repeated += 1
                accepted += answer.count(b'"ACCEPTED"') + answer.count(b'"DUPLICATE"')

    await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
    took = now() - began
    while any((await lag(stores)).values()):  # noqa: ASYNC110 - stores offer no event to wait for
        await asyncio.sleep(0.2)
    return {
        "case": "OULAD's assessment results",
        "events": len(results),
        "acknowledged": accepted,
        "repeated": repeated,
        "seconds": round(took, 1),
        "events_per_s": round(len(results) / took),
        "timeline_after_s": round(now() - began - took, 1),
    }


def batches(events: list[Event]) -> Iterator[bytes]:
    rest = iter(events)
    while batch := list(islice(rest, AT_ONCE)):
        yield orjson.dumps({"query": RECORD, "variables": {"events": [input_of(event) for event in batch]}})


def input_of(event: Event) -> dict[str, Any]:
    given = {
        "id": str(event.id),
        "registration": str(event.registration),
        "verb": event.verb.value,
        "verbIri": event.verb_iri,
        "itemKey": event.item_key,
        "at": show_time(event.at),
        "score": event.score,
        "extensions": dict(event.extensions) or None,
    }
    return {name: value for name, value in given.items() if value is not None}
