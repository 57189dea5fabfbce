"""A store that asks for a later retry, or that failed lately: every mutation passes the code and the time on."""

from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from resolvers.data.guards import CallKind
from resolvers.types.scalars import show_time
from resolvers.viewer import Viewer
from stores.errors import RetryLater
from tests.gateway.resilience.failing_guards import guards_at
from tests.resolvers import world
from tests.resolvers.school import ADA_ID, BEN_ID, IN_ALGEBRA, School, uuid

EVENT = {"id": uuid(1), "registration": IN_ALGEBRA, "verb": "VIEWED", "at": show_time(world.NOW)}
COURSE = {"key": "course-v1:Q+New+1", "title": "New", "modules": []}
LEARNER = {"displayName": "Nia", "locale": "cy", "timeZone": "UTC"}
WRITES: list[tuple[str, str, dict[str, Any], Viewer]] = [
    ("createCourse", "catalog", COURSE, world.admin()),
    ("createLearner", "profiles", LEARNER, world.admin()),
    ("updateLearner", "profiles", {"id": ADA_ID, "displayName": "A"}, world.learner()),
    ("enroll", "progress", {"learner": BEN_ID, "course": world.ALGEBRA}, world.learner(world.BEN)),
    ("withdraw", "progress", {"registration": IN_ALGEBRA}, world.learner()),
    ("recordInteractions", "progress", {"events": [EVENT]}, world.learner()),
    ("submitAttempt", "progress", {"registration": IN_ALGEBRA, "itemKey": "quiz"}, world.learner()),
    ("setItemProgress", "progress", {"registration": IN_ALGEBRA, "itemKey": "quiz", "progress": 1}, world.learner()),
    ("heartbeat", "sessions", {"registration": IN_ALGEBRA}, world.learner()),
    ("endSession", "sessions", {"sessionId": "s"}, world.learner()),
    ("revokeCertificate", "progress", {"registration": IN_ALGEBRA, "reason": "x"}, world.admin()),
]
WRITE_CALLS = {"publish", "add", "replace", "record", "touch", "end", "revoke"}


class Full:
    """A store that reads, and whose queue of writes is full."""

    def __init__(self, port: str, store: Any) -> None:
        self._port, self._store = port, store

    def __getattr__(self, name: str) -> Any:
        if name not in WRITE_CALLS:
            return getattr(self._store, name)

        async def refuse(*_: object, **__: object) -> None:
            raise RetryLater(self._port, "2,000 events are waiting", retry_after_ms=750)

        return refuse


@pytest.mark.parametrize(("mutation", "port", "given", "viewer"), WRITES, ids=lambda value: str(value)[:20])
async def test_a_full_queue_says_when_to_retry(
    school: School, mutation: str, port: str, given: dict[str, Any], viewer: Viewer
) -> None:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ errors {{ code path retryAfterMs }} }} }}"
    full = School(replace(school.stores, **{port: Full(port, getattr(school.stores, port))}))
    payload = await full.write(query, given, viewer)
    assert payload == {"errors": [{"code": "RETRY_LATER", "path": [], "retryAfterMs": 750}]}


@pytest.mark.parametrize(("mutation", "port", "given", "viewer"), WRITES, ids=lambda value: str(value)[:20])
async def test_a_store_that_failed_lately_is_sent_no_write(
    school: School, mutation: str, port: str, given: dict[str, Any], viewer: Viewer
) -> None:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ errors {{ code path retryAfterMs }} }} }}"
    guards = guards_at(monotonic)
    for _ in range(5):  # its reads are answered
        guard = guards.of(port, CallKind.WRITE)
        guard.leave(await guard.enter(), answered=False)
    stores = replace(school.stores, **{port: Full(port, getattr(school.stores, port))})
    peer = replace(world.peer_of(stores, viewer, trace=False), guards=guards)
    payload = await school.write(query, given, peer=peer)
    [error] = payload["errors"]
    assert (error["code"], error["path"]) == ("STORE_UNAVAILABLE", [])
    assert 0 < error["retryAfterMs"] <= 1_000
