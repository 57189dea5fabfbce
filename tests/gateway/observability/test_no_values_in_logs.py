"""A served gateway logs no data of learners and no secrets, at level DEBUG, whatever clients send and stores do."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import jwt
import pytest
from strawberry.relay import to_base64
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from gateway.config.settings import url_variable
from gateway.http.auth.tokens import Tokens
from resolvers.viewer import Role, Viewer
from tests.backends import Servers, fresh_mongo, fresh_sql
from tests.e2e.command import RunningCommand, quadrangle, running
from tests.gateway.http.websocket.client import drained
from tests.stores.test_credentials import with_login

MARK = "canary"
"""In every value that must not be logged, in some case."""
SECRET = f"{MARK}-secret-that-signs-the-tokens-of-this-test"
LEARNER, COURSE, SESSION = f"{MARK}-ada", f"course-v1:Quad+{MARK}+2026", f"{MARK}-session"
EMAIL = f"{MARK}.ada@example.org"
EVENT = UUID("ca4a4100-0000-4000-8000-00000000ada1")
WRITES = """mutation Canary($course: CreateCourseInput!, $learner: CreateLearnerInput!) {
  createCourse(input: $course) { errors { code } }
  createLearner(input: $learner) { errors { code } learner { id displayName } }
}"""
ENROLL = """mutation Canary($learner: ID!, $course: String!) {
  enroll(input: { learner: $learner, course: $course }) { errors { code } enrollment { registration } }
}"""
RECORD = """mutation Canary($events: [InteractionInput!]!) {
  recordInteractions(input: { events: $events }) { results { status error { code message } } }
}"""
BEAT = """mutation ($session: ID!, $registration: UUID!) {
  heartbeat(input: { sessionId: $session, registration: $registration }) { errors { code } }
}"""
READS = """query Canary($learner: ID!) {
  canary: learner(id: $learner) {
    displayName email presence { status }
    timeline(first: 5) { edges { cursor } }
    enrollments(first: 5) { edges { node { progress { completion } } } }
  }
}"""
WATCH = "subscription Canary($course: String!) { progressUpdated(course: $course) { cursor } }"


def token(subject: str, role: Role, *, secret: str = SECRET, age: timedelta = timedelta()) -> str:
    viewer = Viewer(subject=subject, role=role)
    return Tokens(secret=secret).mint(viewer, now=datetime.now(UTC) - age, valid_for=timedelta(hours=1))


ADMIN = token(f"{MARK}-admin@example.org", Role.ADMIN)
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}
AS_LEARNER = {"Authorization": f"Bearer {token(LEARNER, Role.LEARNER)}"}
FORGED = (
    f"Bearer {token(LEARNER, Role.ADMIN, secret='another ' + SECRET)}",
    f"Bearer {token(LEARNER, Role.ADMIN, age=timedelta(hours=2))}",
    f"Bearer {jwt.encode({'sub': LEARNER, 'email': EMAIL}, SECRET)}",
    f"Bearer {MARK}",
    f"Basic {MARK}",
)


@asynccontextmanager
async def stores_with_faults(servers: Servers) -> AsyncIterator[Mapping[str, str]]:
    """The settings of stores: the timeline has no tables, and sessions refuse the password."""
    async with AsyncExitStack() as stack:
        mongo = await stack.enter_async_context(fresh_mongo(servers))
        progress, timeline = [await stack.enter_async_context(fresh_sql(servers)) for _ in range(2)]
        of_mongo = urlsplit(servers.mongo_url)._replace(path=f"/{mongo.name}").geturl()
        urls = {
            "profiles": of_mongo,
            "catalog": of_mongo,
            "progress": progress,
            "timeline": timeline.replace("cockroachdb", "postgresql"),
            "sessions": with_login(servers.redis_url, f"{MARK}-user:{MARK}-password"),
            "live": servers.redis_url,
        }
        memory = {url_variable("timeline"): "memory:", url_variable("sessions"): "memory:"}
        environment = {url_variable(port): url for port, url in urls.items()}
        assert (await asyncio.to_thread(quadrangle, "migrate", **{**environment, **memory})).returncode == 0
        yield environment


async def over_http(url: str) -> None:
    """Queries, mutations and requests that are refused."""
    async with httpx2.AsyncClient(timeout=30, verify=False) as client:

        async def post(query: str, headers: Mapping[str, str] = AS_ADMIN, **more: Any) -> Any:
            marked = {"Cookie": f"a={MARK}", "X-Canary": MARK, "User-Agent": MARK, "Referer": f"https://{MARK}.org/"}
            response = await client.post(
                f"{url}?{MARK}={MARK}", json={"query": query, **more}, headers={**marked, **headers}
            )
            return response.json()

        item = {"key": MARK, "type": "QUIZ", "title": MARK, "moveOn": "PASSED", "masteryScore": 0.5}
        course = {"key": COURSE, "title": MARK, "modules": [{"title": MARK, "items": [item]}]}
        learner = {"learnerId": LEARNER, "displayName": "Canary Ada", "email": EMAIL, "locale": "en", "timeZone": "UTC"}
        for _ in range(2):  # the second time, they exist
            made = await post(WRITES, variables={"course": course, "learner": learner}, operationName="Canary")
        id = to_base64("Learner", LEARNER)
        made = await post(ENROLL, variables={"learner": id, "course": COURSE})
        registration = made["data"]["enroll"]["enrollment"]["registration"]
        event = {"registration": registration, "verb": "ATTEMPTED", "itemKey": MARK, "score": 0.7, "sessionId": SESSION}
        events = [
            {
                "id": str(EVENT),
                "at": datetime.now(UTC).isoformat(),
                "extensions": {f"https://{MARK}.org": EMAIL},
                **event,
            },
            {"id": str(EVENT), "at": "1999-01-01T00:00:00Z", **event},
        ]
        recorded = await post(RECORD, variables={"events": events})
        statuses = [result["status"] for result in recorded["data"]["recordInteractions"]["results"]]
        assert statuses == ["ACCEPTED", "REJECTED"], recorded
        await post(BEAT, AS_LEARNER, variables={"session": SESSION, "registration": registration})
        read = await post(READS, variables={"learner": id})
        assert read["data"]["canary"]["displayName"] == "Canary Ada"
        assert {error["extensions"]["store"] for error in read["errors"]} == {"timeline", "sessions"}
        await post(READS, AS_LEARNER, variables={"learner": MARK})
        await post("query ($first: Int!) { learners(first: $first) { edges { cursor } } }", variables={"first": MARK})
        await post(f'{{ learners(after: "{MARK}") {{ edges {{ cursor }} }} }}')
        await post(f'{{ learners(filter: {{ email: "{EMAIL}" }}) {{ edges {{ cursor }} }} }}')
        await post(f'mutation {{ revokeTokens(input: {{ subject: "{MARK}-eve" }}) {{ errors {{ code }} }} }}')
        await post("{ canary(", {})
        await post(f'{{ verifyCertificate(code: "{MARK}") {{ __typename }} }}', {})
        await post("", extensions={"persistedQuery": {"version": 1, "sha256Hash": MARK}})
        await client.post(
            url, content=f'{{"{MARK}":'.encode(), headers={**AS_ADMIN, "Content-Type": "application/json"}
        )
        await client.get(f"{url.removesuffix('graphql')}{MARK}/{EMAIL}?{MARK}")
        for forged in FORGED:
            await post("{ me { id } }", {"Authorization": forged})


async def over_a_socket(url: str) -> None:
    """A subscription that is delivered an event, messages that are refused, and sockets with bad tokens."""
    address, protocols = url.replace("http", "ws", 1), [Subprotocol("graphql-transport-ws")]
    for authorization in (*FORGED, AS_ADMIN["Authorization"]):
        async with connect(f"{address}?{MARK}={MARK}", subprotocols=protocols, proxy=None) as socket:
            await socket.send(
                json.dumps({"type": "connection_init", "payload": {"Authorization": authorization, MARK: MARK}})
            )
            async for message in drained(socket):
                if json.loads(message)["type"] == "connection_ack":
                    payload = {"query": WATCH, "variables": {"course": COURSE}, "operationName": "Canary"}
                    for id in (MARK, f"{MARK}-2"):
                        await socket.send(json.dumps({"type": "subscribe", "id": id, "payload": payload}))
                    await socket.send(json.dumps({"type": "subscribe", "id": "3", "payload": {"query": "{ canary("}}))
                elif json.loads(message)["type"] == "error":
                    await socket.send(json.dumps({"type": MARK, "payload": MARK}))


async def over_events(url: str) -> None:
    """A query as an event stream, and a subscription that is refused."""
    async with httpx2.AsyncClient(timeout=30, verify=False) as client:
        for body in ({"query": READS, "variables": {"learner": MARK}}, {"query": "subscription { canary }"}):
            await client.post(url, json=body, headers={**AS_ADMIN, "Accept": "text/event-stream"})


async def check_reasons(url: str) -> None:
    """Health checks say why stores are not live, and nothing else."""
    async with httpx2.AsyncClient(timeout=30, verify=False) as client:
        stores = (await client.get(url.replace("graphql", "readyz"))).json()["stores"]
    assert stores["timeline"]["reason"] == "MIGRATIONS_PENDING"
    assert stores["sessions"] == {"state": "DOWN", "reason": "BAD_CREDENTIALS"}
    assert stores["live"] == {"state": "LIVE"}


def marked_values(environment: Mapping[str, str]) -> Iterator[str]:
    """What the log must not contain, in lower case."""
    yield from (MARK, str(EVENT), "example.org", to_base64("Learner", LEARNER).lower())
    for bearer in (AS_ADMIN["Authorization"], AS_LEARNER["Authorization"], *FORGED):
        yield from (part.lower() for part in bearer.partition(" ")[2].split(".") if len(part) > len(MARK))
    for url in environment.values():
        if (password := urlsplit(url).password) is not None:
            yield password.lower()


async def test_no_value_is_logged(servers: Servers, tmp_path: Path) -> None:
    async with stores_with_faults(servers) as environment:
        log = {
            "GATEWAY_LOG_LEVEL": "DEBUG",
            "GATEWAY_LOG_KEY": f"{MARK}-key-of-the-log",
            "GATEWAY_SLOW_OPERATION": "0.001",
        }
        settings = {**environment, **log, "GATEWAY_AUTH_SECRET": SECRET}
        with running("serve", "--port", 0, log=tmp_path / "log", **settings) as gateway:
            await asyncio.to_thread(gateway.wait_ready)
            await over_http(gateway.url)
            await over_a_socket(gateway.url)
            await over_events(gateway.url)
            await check_reasons(gateway.url)
            assert await asyncio.to_thread(gateway.end, signal.SIGTERM) == 0
            check_kinds(gateway)
            said = gateway.log.lower()
        assert [value for value in marked_values(environment) if value in said] == []


def check_kinds(gateway: RunningCommand) -> None:
    """The log has lines of all kinds, so that their absence is not what the test finds."""
    lines = [json.loads(line) for line in gateway.log.splitlines()]
    messages = {line["message"] for line in lines}
    assert messages >= {"request", "websocket", "operation", "slow operation", "token refused"}
    assert {line.get("reason") for line in lines} >= {"MIGRATIONS_PENDING", "BAD_CREDENTIALS", "signature", "expired"}
    assert {line.get("transport") for line in lines} >= {"websocket"}
    assert {"mutation", "query", "subscription", "invalid"} <= {line.get("type") for line in lines}
    assert {line["driver_error"] for line in lines if "driver_error" in line} >= {
        "UndefinedTableError",
        "AuthenticationError",
    }
    assert {line["level"] for line in lines} >= {"DEBUG", "INFO", "WARNING"}


@pytest.mark.parametrize("value", [MARK, EMAIL])
def test_marks_are_found(value: str) -> None:
    assert any(each in value.lower() for each in marked_values({}))
