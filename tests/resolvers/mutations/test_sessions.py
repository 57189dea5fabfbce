"""heartbeat and endSession."""

from datetime import timedelta
from typing import Any

import pytest

from resolvers.types.scalars import show_time
from tests.resolvers import world
from tests.resolvers.school import BEN_IN_BOTANY, IN_ALGEBRA, SCHEMA, School

BEAT = """mutation ($input: HeartbeatInput!) { heartbeat(input: $input) {
  session { sessionId itemKey position startedAt lastSeenAt course { title } } resume { itemKey position at }
  errors { code path } } }"""
END = """mutation ($input: EndSessionInput!) { endSession(input: $input) {
  session { id } resume { itemKey } errors { code } } }"""


async def test_a_heartbeat_updates_session_presence_and_resume_point(school: School) -> None:
    given = {"sessionId": "tv", "registration": IN_ALGEBRA, "itemKey": "quiz", "position": 3.5, "device": "tv"}
    payload = await school.write(BEAT, given, world.learner())
    seen = show_time(world.NOW)
    assert payload == {
        "session": {
            "sessionId": "tv",
            "itemKey": "quiz",
            "position": 3.5,
            "startedAt": seen,
            "lastSeenAt": seen,
            "course": {"title": "Algebra"},
        },
        "resume": {"itemKey": "quiz", "position": 3.5, "at": seen},
        "errors": [],
    }
    ended = await school.write(END, {"sessionId": "tv"}, world.learner())
    assert ended == {"session": None, "resume": {"itemKey": "quiz"}, "errors": []}
    assert await school.write(END, {"sessionId": "tv"}, world.learner()) == {
        "session": None,
        "resume": None,
        "errors": [],
    }


async def test_two_heartbeats_in_one_operation_each_return_their_own_session(school: School) -> None:
    both = """mutation {
      a: heartbeat(input: {sessionId: "t", registration: "%s", itemKey: "page"}) { session { itemKey } }
      b: heartbeat(input: {sessionId: "u", registration: "%s", itemKey: "quiz"}) { session { itemKey } } }"""
    peer = world.peer_of(school.stores, world.learner(), trace=False)
    result = await SCHEMA.execute(both % (IN_ALGEBRA, IN_ALGEBRA), context_value=peer)
    assert result.data == {"a": {"session": {"itemKey": "page"}}, "b": {"session": {"itemKey": "quiz"}}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"itemKey": "nothing"}, ["itemKey"]),
        ({"position": -1}, ["position"]),
        ({"sessionId": "a\0"}, ["sessionId"]),
        ({"at": show_time(world.NOW + timedelta(minutes=6))}, ["at"]),
        ({"at": "1999-12-31T23:59:59Z"}, ["at"]),
    ],
)
async def test_faults_of_a_heartbeat_have_a_code_and_a_path(school: School, change: Any, path: list[str]) -> None:
    payload = await school.write(BEAT, {"sessionId": "s", "registration": IN_ALGEBRA} | change, world.learner())
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("BAD_USER_INPUT", ["input", *path])]
    assert (await school.stores.sessions.by_learners([world.ADA]))[world.ADA].session_id == "session-0"


async def test_a_heartbeat_on_a_withdrawn_enrolment_is_refused(school: School) -> None:
    payload = await school.write(BEAT, {"registration": BEN_IN_BOTANY}, world.learner(world.BEN))
    assert payload["errors"] == [{"code": "WITHDRAWN", "path": ["input", "registration"]}]
    assert await school.stores.sessions.by_learners([world.BEN]) == {}
