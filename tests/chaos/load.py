"""A steady mixed load: each kind of operation at its own rate, whether or not earlier ones are answered."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import httpx2
from strawberry.relay import to_base64

from gateway.http.bounds.request_timeout import TIMEOUT_HEADER
from gateway.runtime.clock import utc_now
from resolvers.types.scalars import show_time
from resolvers.viewer import Role
from tests.chaos.place import SERVERS, Place
from tests.e2e.deployment import COURSE, ITEMS, learner, registration

OPERATION_SECONDS = 3.0
"""The deadline that each request asks for."""
GRID = """query ($course: String!) { enrollments(course: $course, first: 20) { edges { node {
  learner { displayName presence { status } timeline(first: 1) { edges { node { verb } } } }
  progress { completion } } } } }"""
TIMELINE = "query ($id: ID!) { learner(id: $id) { timeline(first: 3) { edges { cursor } } } }"
RECORD = """mutation ($events: [InteractionInput!]!) { recordInteractions(input: { events: $events }) {
  results { status } errors { code } } }"""
HEARTBEAT = """mutation ($input: HeartbeatInput!) { heartbeat(input: $input) { errors { code } } }"""

HEARTBEATS = {"sessionId": "session", "registration": str(registration(0)), "itemKey": ITEMS[0], "position": 1.0}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of operation. `servers`: those that it needs, its own first. `rate`: per second."""

    name: str
    servers: Sequence[str]
    rate: float
    query: str
    writes: bool = False


KINDS = (
    Kind("courses", ("mongo",), 6, "{ courses(first: 3) { edges { node { key title } } } }"),
    Kind("progress", ("sql",), 6, "query ($id: UUID!) { enrollment(registration: $id) { progress { completion } } }"),
    Kind("timeline", ("influx", "mongo"), 6, TIMELINE),
    Kind("presence", ("redis", "mongo"), 6, "query ($id: ID!) { learner(id: $id) { presence { status } } }"),
    Kind("grid", SERVERS, 2, GRID),
    Kind("record", ("sql", "mongo"), 4, RECORD, writes=True),
    Kind("heartbeat", ("redis", "sql", "mongo"), 4, HEARTBEAT, writes=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One answer. `status` 0: the connection broke. `codes` are those of its errors, those of payloads included;
    `states` is what `extensions.sources` says of each store."""

    kind: Kind
    began: float
    seconds: float
    status: int
    codes: Sequence[str] = ()
    states: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether it is an answer without errors out of live stores."""
        return self.status == 200 and not self.codes and "STALE" not in self.states.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearers:
    """The Authorization headers of the load's viewers."""

    admin: str
    learner: str


class Load:
    """`samples` in the order of their ends. `pace` multiplies the rates."""

    def __init__(
        self, client: httpx2.AsyncClient, url: str, bearers: Bearers, *, learners: int, seed: int, pace: float
    ) -> None:
        self.samples: list[Sample] = []
        self._client = client
        self._url = url
        self._bearers = bearers
        self._learners = learners
        self._chance = Random(seed)
        self._pace = pace
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send until cancelled."""
        await asyncio.gather(*map(self._send_kind, KINDS))

    async def burst(self, each: int) -> None:
        """Send this many of each kind at once, and wait for the answers: so many connections are open then."""
        await asyncio.gather(*(self._send(kind) for kind in KINDS for _ in range(each)))

    async def settle(self) -> None:
        """Wait for the answers under way."""
        await asyncio.gather(*self._under_way)

    async def _send_kind(self, kind: Kind) -> None:
        while True:
            task = asyncio.create_task(self._send(kind))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            await asyncio.sleep(self._chance.expovariate(kind.rate * self._pace))

    async def _send(self, kind: Kind) -> None:
        body = {"query": kind.query, "variables": self._variables(kind)}
        began = monotonic()
        status, codes, states = 0, ["CONNECTION"], dict[str, str]()
        try:
            response = await self._client.post(self._url, json=body, headers=self._headers(kind))
            status, codes, states = response.status_code, *_read(response.json())
        except (httpx2.HTTPError, ValueError):
            pass
        self.samples.append(
            Sample(kind=kind, began=began, seconds=monotonic() - began, status=status, codes=codes, states=states)
        )

    def _headers(self, kind: Kind) -> dict[str, str]:
        """A heartbeat is the learner's own."""
        return {"Authorization": self._bearers.learner if kind.name == "heartbeat" else self._bearers.admin}

    def _variables(self, kind: Kind) -> dict[str, Any]:
        number = self._chance.randrange(self._learners)
        match kind.name:
            case "progress":
                return {"id": str(registration(number))}
            case "timeline" | "presence":
                return {"id": to_base64("Learner", learner(number))}
            case "grid":
                return {"course": COURSE}
            case "record":
                return {"events": [self._event(number)]}
            case "heartbeat":
                return {"input": HEARTBEATS}
        return {}

    def _event(self, number: int) -> dict[str, Any]:
        return {
            "id": str(UUID(int=self._chance.getrandbits(128), version=4)),
            "registration": str(registration(number)),
            "at": show_time(utc_now()),
            "verb": "ATTEMPTED",
            "itemKey": self._chance.choice(ITEMS),
            "score": 0.5,
        }


def _read(answer: Any) -> tuple[list[str], dict[str, str]]:
    """The codes of an answer's errors, and the states of its sources."""
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            codes += [error["code"] for error in payload.get("errors") or ()]
    sources = (answer.get("extensions") or {}).get("sources", ())
    return codes, {source["store"]: source["state"] for source in sources}


@asynccontextmanager
async def open_load(place: Place, *, learners: int, seed: int, pace: float = 1.0) -> AsyncIterator[Load]:
    """A load that has not begun."""
    headers = {TIMEOUT_HEADER: str(OPERATION_SECONDS)}
    bearer = place.deployment.bearer
    bearers = Bearers(admin=bearer(), learner=bearer(Role.LEARNER, subject=learner(0)))
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50)
    async with httpx2.AsyncClient(headers=headers, timeout=30, limits=limits, verify=False) as client:
        yield Load(client, place.endpoint, bearers, learners=learners, seed=seed, pace=pace)


@asynccontextmanager
async def running(load: Load) -> AsyncIterator[None]:
    """The load runs within the block; at its end all answers have arrived."""
    task = asyncio.create_task(load.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await load.settle()
