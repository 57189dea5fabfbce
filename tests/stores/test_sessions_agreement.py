"""Random sequences of heartbeats, ends, moves and passing time have the same results in memory and in every backend."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from stores.domain.sessions import AWAY_FOR, LAST_SEEN_TTL, ONLINE_FOR, SESSION_TTL, Heartbeat
from stores.ports.sessions import Sessions
from tests import backends
from tests.backends import Servers
from tests.clock import Clock
from tests.stores.samples import beat, point, seconds

LEARNERS = ["u", "v", "ü:c"]
COURSES = ["c", "d"]
REGISTRATIONS = [UUID(int=1), UUID(int=2)]
SESSIONS = ["", "S", "s", "s1", "é"]
AGES = [seconds(number) for number in (-40, -20, 0, 20, 40)]
AGES += [kept + seconds(more) for kept in (ONLINE_FOR, AWAY_FOR, SESSION_TTL, LAST_SEEN_TTL) for more in (-20, 0, 20)]
"""Of heartbeats: around every limit, yet 20 seconds off it, as a server's own expiry runs by the real clock."""

steps: some.SearchStrategy[list[tuple[Any, ...]]] = some.lists(
    some.tuples(
        some.just("touch"),
        some.lists(
            some.fixed_dictionaries(
                {
                    "learner_id": some.sampled_from(LEARNERS),
                    "age": some.sampled_from(AGES[:6]) | some.sampled_from(AGES),
                    "session_id": some.sampled_from(SESSIONS),
                    "registration": some.sampled_from(REGISTRATIONS),
                    "course_key": some.sampled_from(COURSES),
                    "item_key": some.sampled_from([None, "i", 'ï"\n']),
                    "position": some.none() | some.floats(allow_nan=False, allow_infinity=False),
                    "device": some.sampled_from([None, "phone"]),
                }
            ),
            max_size=4,
        ),
    )
    | some.tuples(
        some.just("move"),
        some.lists(
            some.builds(
                dict,
                number=some.sampled_from([1, 2]),
                age=some.sampled_from(AGES),
                id=some.sampled_from(SESSIONS),
                item_key=some.sampled_from(["i", "j"]),
                position=some.none() | some.floats(allow_nan=False, allow_infinity=False),
            ),
            max_size=3,
        ),
        some.lists(some.tuples(some.sampled_from(REGISTRATIONS), some.sampled_from(SESSIONS)), max_size=2),
    )
    | some.tuples(some.just("saved"), some.integers(0, 2), some.sampled_from([seconds(0), seconds(20)]))
    | some.tuples(some.just("end"), some.sampled_from(SESSIONS), some.sampled_from(LEARNERS))
    | some.tuples(some.just("forward"), some.sampled_from([age for age in AGES if age > timedelta(0)])),
    max_size=12,
)


async def everything(sessions: Sessions) -> list[str]:
    """All answers as text, because 1 and 1.0 are equal."""
    online = await sessions.online(COURSES)
    return [
        repr(sorted((await sessions.by_learners(LEARNERS)).items())),
        repr(sorted((await sessions.presence(LEARNERS)).items())),
        repr([online.get(key, 0) for key in COURSES]),
        repr([list((await sessions.present(COURSES)).get(key, [])) for key in COURSES]),
        repr(sorted((await sessions.resume_points(REGISTRATIONS)).items())),
        repr([await sessions.unsaved(most=most) for most in (0, 1, 3)]),
    ]


def heartbeat(clock: Clock, *, age: timedelta, **fields: Any) -> Heartbeat:
    return beat(at=clock() - age, **fields)


@pytest.mark.parametrize("backend", sorted(backends.SESSIONS.keys() - {"memory"}))
@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
async def test_sessions_agree(backend: str, servers: Servers, steps: list[tuple[Any, ...]]) -> None:
    clock = Clock()
    async with (
        backends.SESSIONS["memory"](servers, clock) as memory,
        backends.SESSIONS[backend](servers, clock) as port,
    ):
        for step in steps:
            match step:
                case ("touch", fields):
                    beats = [heartbeat(clock, **each) for each in fields]
                    await memory.touch(beats)
                    await port.touch(beats)
                case ("move", rows, gone):
                    moved = [
                        point(at=clock() - row["age"], **{k: row[k] for k in row.keys() - {"age"}}) for row in rows
                    ]
                    await memory.move(moved, gone=gone)
                    await port.move(moved, gone=gone)
                case ("saved", most, earlier):
                    waiting = [replace(each, at=each.at - earlier) for each in await memory.unsaved(most=most)]
                    await memory.saved(waiting)
                    await port.saved(waiting)
                case ("end", session_id, learner_id):
                    ended = await port.end(session_id, learner_id=learner_id)
                    assert repr(ended) == repr(await memory.end(session_id, learner_id=learner_id))
                case ("forward", step_of_time):
                    clock.forward(step_of_time)
            assert await everything(port) == await everything(memory)
