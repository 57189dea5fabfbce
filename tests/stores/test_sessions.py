"""The contract of sessions, on every backend."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from stores.domain.sessions import (
    AWAY_FOR,
    LAST_SEEN_TTL,
    ONLINE_FOR,
    RESUME_POINT_TTL,
    SESSION_TTL,
    Presence,
    PresenceStatus,
    ResumePoint,
    Session,
)
from stores.ports.sessions import Sessions
from tests.clock import Clock
from tests.stores.samples import REGISTRATION, beat, seconds

OTHER = UUID("7d1c3a52-0b6e-5c1e-9d52-000000000002")
INSTANT = timedelta(milliseconds=1)


async def status(sessions: Sessions, learner_id: str) -> PresenceStatus:
    return (await sessions.presence([learner_id]))[learner_id].status


async def test_answers_a_ping(sessions: Sessions) -> None:
    await sessions.ping()


async def test_a_heartbeat_makes_session_presence_and_resume_point(sessions: Sessions, clock: Clock) -> None:
    at = clock() - timedelta(milliseconds=1234)
    position = 0.1 + 0.2  # needs all 17 digits
    await sessions.touch(
        [beat("ü✿", at, session_id="s\n✿", course_key="c:✿", item_key='i"', position=position, device="téléphone")]
    )
    session = Session(
        session_id="s\n✿",
        learner_id="ü✿",
        registration=REGISTRATION,
        course_key="c:✿",
        item_key='i"',
        position=position,
        device="téléphone",
        started_at=at,
        last_seen_at=at,
    )
    assert dict(await sessions.by_learners(["ü✿", "nobody", "ü✿"])) == {"ü✿": session}
    assert dict(await sessions.presence(["ü✿"])) == {
        "ü✿": Presence(learner_id="ü✿", status=PresenceStatus.ONLINE, last_seen_at=at, course_key="c:✿")
    }
    assert dict(await sessions.online(["c:✿"])) == {"c:✿": 1}
    assert dict(await sessions.resume_points([REGISTRATION, OTHER])) == {
        REGISTRATION: ResumePoint(
            registration=REGISTRATION, item_key='i"', position=position, at=at, device="téléphone", id="s\n✿"
        )
    }


async def test_nothing_known_is_absent_but_for_presence(sessions: Sessions) -> None:
    assert dict(await sessions.by_learners(["u"])) == {}
    assert dict(await sessions.presence(["u"])) == {"u": Presence(learner_id="u", status=PresenceStatus.OFFLINE)}
    assert (await sessions.online(["c1"])).get("c1", 0) == 0
    assert dict(await sessions.resume_points([REGISTRATION])) == {}
    await sessions.touch([])
    for empty in (sessions.by_learners, sessions.presence, sessions.online, sessions.resume_points):
        assert dict(await empty([])) == {}


async def test_a_heartbeat_without_a_position_leaves_the_resume_point(sessions: Sessions, clock: Clock) -> None:
    """A player that is opened again sends a heartbeat before it knows its position."""
    await sessions.touch([beat("u", clock(), item_key="video", position=310.5)])
    clock.forward(seconds(20))
    for item_key in ("video", "page", None):
        await sessions.touch([beat("u", clock(), item_key=item_key, position=None)])
        clock.forward(seconds(20))
    kept = (await sessions.resume_points([REGISTRATION]))[REGISTRATION]
    assert (kept.item_key, kept.position, kept.at) == ("video", 310.5, clock() - seconds(80))
    await sessions.move([replace(kept, position=None, at=clock())])
    assert (await sessions.resume_points([REGISTRATION]))[REGISTRATION] == kept


async def test_a_session_keeps_the_position_of_the_item_it_stays_at(sessions: Sessions, clock: Clock) -> None:
    async def after(item_key: str | None, position: float | None, **fields: Any) -> float | None:
        clock.forward(seconds(20))
        await sessions.touch([beat("u", clock(), item_key=item_key, position=position, **fields)])
        session = (await sessions.by_learners(["u"]))["u"]
        assert session.item_key == item_key
        return session.position

    exact = 0.1 + 0.2  # needs all 17 digits
    assert await after("v", exact) == exact
    assert await after("v", None) == exact
    assert await after("v", None, device='"position":7}') == exact
    assert await after("v", 1e300) == 1e300
    assert await after("v", None) == 1e300
    assert await after("w", None) is None
    assert await after("v", None) is None  # only the latest item's is known
    assert await after("v", 2.0) == 2.0
    assert await after("v", None, registration=OTHER) is None
    assert await after("v", 3.0, registration=OTHER) == 3.0
    assert await after("v", None, registration=OTHER, session_id="s2") is None


async def test_a_heartbeat_continues_a_session_and_a_new_id_starts_one(sessions: Sessions, clock: Clock) -> None:
    start = clock()
    await sessions.touch([beat("u", start, item_key="i1", device="phone")])
    clock.forward(seconds(30))
    await sessions.touch([beat("u", clock(), item_key="i2", position=3.5)])
    session = (await sessions.by_learners(["u"]))["u"]
    assert (session.started_at, session.last_seen_at) == (start, clock())
    assert (session.item_key, session.position, session.device) == ("i2", 3.5, None)
    clock.forward(seconds(30))
    await sessions.touch([beat("u", clock(), session_id="s0")])
    session = (await sessions.by_learners(["u"]))["u"]
    assert (session.session_id, session.started_at, session.item_key) == ("s0", clock(), None)


async def test_a_stale_heartbeat_changes_nothing(sessions: Sessions, clock: Clock) -> None:
    kept = beat("u", clock(), session_id="s5", course_key="c5", item_key="i5", position=5.0)
    await sessions.touch([kept])

    async def everything() -> list[Any]:
        return [
            dict(await sessions.by_learners(["u"])),
            dict(await sessions.presence(["u"])),
            dict(await sessions.online(["c5", "c1"])),
            dict(await sessions.resume_points([REGISTRATION])),
        ]

    before = await everything()
    for stale in (
        beat("u", kept.at - INSTANT, session_id="s9", course_key="c1", item_key="i1"),
        beat("u", kept.at, session_id="s4", course_key="c1", item_key="i1"),
        beat("u", kept.at, session_id="s", course_key="c1", item_key="i1"),
        beat("u", kept.at, session_id="s5", course_key="c1", item_key="i1", position=1.0),
    ):
        await sessions.touch([stale])
        assert await everything() == before


@pytest.mark.parametrize(
    ("lower", "higher"), [("S", "s"), ("s", "s1"), ("s-", "s1"), ("z", "é"), ("\uffa1", "🎓"), ("", "a"), ("a b", "ab")]
)
async def test_at_one_moment_the_higher_session_id_wins(
    sessions: Sessions, clock: Clock, lower: str, higher: str
) -> None:
    beats = [beat("u", clock(), session_id=session_id, item_key=session_id) for session_id in (lower, higher)]
    for order in (beats, beats[::-1]):
        await sessions.touch(order)
        assert (await sessions.by_learners(["u"]))["u"].session_id == higher
        assert (await sessions.resume_points([REGISTRATION]))[REGISTRATION].id == higher


async def test_the_order_of_heartbeats_does_not_matter(sessions: Sessions, clock: Clock) -> None:
    for number, order in enumerate(permutations(range(4))):
        learner_id = f"u{number}"
        beats = [
            beat(
                learner_id,
                clock() - seconds(place),
                session_id=f"s{place}",
                course_key=f"c{place}",
                item_key=f"i{place}" if place else None,
                registration=UUID(int=number),
            )
            for place in order
        ]
        await sessions.touch(beats[:2])
        await sessions.touch(beats[2:])
        assert (await sessions.by_learners([learner_id]))[learner_id].session_id == "s0"
        # The latest heartbeat has no item: it moves no resume point.
        assert (await sessions.resume_points([UUID(int=number)]))[UUID(int=number)].item_key == "i1"
    assert dict(await sessions.online(["c0", "c1", "c2", "c3"])) == {"c0": 24}


async def test_concurrent_heartbeats_never_move_back(sessions: Sessions, clock: Clock) -> None:
    beats = [
        beat(f"u{number % 3}", clock() - seconds(number), session_id=f"s{number:02}", item_key=f"i{number}")
        for number in range(30)
    ]
    await asyncio.gather(*(sessions.touch([beats[place], beats[29 - place]]) for place in range(29, -1, -1)))
    found = await sessions.by_learners(["u0", "u1", "u2"])
    assert {key: session.item_key for key, session in found.items()} == {"u0": "i0", "u1": "i1", "u2": "i2"}
    assert (await sessions.resume_points([REGISTRATION]))[REGISTRATION].item_key == "i0"


async def test_any_number_of_heartbeats_at_once(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch(
        [
            beat(f"u{number}", clock(), course_key=f"c{number % 2}", item_key="i", registration=UUID(int=number))
            for number in range(1_001)
        ]
    )
    assert dict(await sessions.online(["c0", "c1", "c2"])) == {"c0": 501, "c1": 500}
    assert len(await sessions.by_learners([f"u{number}" for number in range(1_001)])) == 1_001
    assert len(await sessions.resume_points([UUID(int=number) for number in range(1_001)])) == 1_001


async def test_presence_fades(sessions: Sessions, clock: Clock) -> None:
    at = clock()
    await sessions.touch([beat("u", at)])
    for age, expected, counted in (
        (ONLINE_FOR - INSTANT, PresenceStatus.ONLINE, {"c1": 1}),
        (ONLINE_FOR, PresenceStatus.AWAY, {}),
        (AWAY_FOR - INSTANT, PresenceStatus.AWAY, {}),
        (AWAY_FOR, PresenceStatus.OFFLINE, {}),
        (LAST_SEEN_TTL - INSTANT, PresenceStatus.OFFLINE, {}),
    ):
        clock.forward(at + age - clock())
        presence = (await sessions.presence(["u"]))["u"]
        assert presence == Presence(learner_id="u", status=expected, last_seen_at=at, course_key="c1")
        assert {key: count for key, count in (await sessions.online(["c1"])).items() if count} == counted
    clock.forward(INSTANT)
    assert (await sessions.presence(["u"]))["u"] == Presence(learner_id="u", status=PresenceStatus.OFFLINE)


async def test_sessions_and_resume_points_expire(sessions: Sessions, clock: Clock) -> None:
    at = clock()
    await sessions.touch([beat("u", at, item_key="i")])
    clock.forward(SESSION_TTL - INSTANT)
    assert len(await sessions.by_learners(["u"])) == 1
    clock.forward(INSTANT)
    assert dict(await sessions.by_learners(["u"])) == {}
    assert await sessions.end("s1", learner_id="u") is None
    clock.forward(at + RESUME_POINT_TTL - INSTANT - clock())
    assert len(await sessions.resume_points([REGISTRATION])) == 1
    clock.forward(INSTANT)
    assert dict(await sessions.resume_points([REGISTRATION])) == {}


async def test_an_expired_session_starts_again(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("u", clock())])
    clock.forward(SESSION_TTL)
    await sessions.touch([beat("u", clock())])
    assert (await sessions.by_learners(["u"]))["u"].started_at == clock()


async def test_an_expired_heartbeat_is_not_stored(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("half a day", clock() - SESSION_TTL, item_key="i")])
    assert dict(await sessions.by_learners(["half a day"])) == {}
    assert (await sessions.presence(["half a day"]))["half a day"].last_seen_at == clock() - SESSION_TTL
    assert len(await sessions.resume_points([REGISTRATION])) == 1
    await sessions.touch([beat("a month", clock() - LAST_SEEN_TTL, item_key="i", registration=OTHER)])
    assert (await sessions.presence(["a month"]))["a month"].last_seen_at is None
    assert dict(await sessions.resume_points([OTHER])) == {}


async def test_a_heartbeat_from_the_future_counts_as_now(sessions: Sessions, clock: Clock) -> None:
    at = clock() + timedelta(minutes=4)
    await sessions.touch([beat("u", at)])
    assert await status(sessions, "u") is PresenceStatus.ONLINE
    assert dict(await sessions.online(["c1"])) == {"c1": 1}
    clock.forward(timedelta(minutes=4) + ONLINE_FOR - INSTANT)
    assert dict(await sessions.online(["c1"])) == {"c1": 1}
    clock.forward(INSTANT)
    assert (await sessions.online(["c1"])).get("c1", 0) == 0


async def test_a_learner_counts_in_the_course_of_the_latest_heartbeat_only(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("u", clock()), beat("v", clock())])
    clock.forward(seconds(1))
    await sessions.touch([beat("u", clock(), session_id="s2", course_key="c2", registration=OTHER)])
    assert dict(await sessions.online(["c1", "c2", "c1"])) == {"c1": 1, "c2": 1}
    await sessions.touch([beat("v", clock() - INSTANT, session_id="s2", course_key="c2")])
    assert {key: count for key, count in (await sessions.online(["c1", "c2"])).items() if count} == {"c2": 2}


async def test_ending_takes_the_session_and_the_presence(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("u", clock(), item_key="i", position=1.5)])
    session = (await sessions.by_learners(["u"]))["u"]
    clock.forward(seconds(5))
    assert await sessions.end("s1", learner_id="u") == session
    assert dict(await sessions.by_learners(["u"])) == {}
    assert (await sessions.presence(["u"]))["u"] == Presence(
        learner_id="u", status=PresenceStatus.OFFLINE, last_seen_at=session.last_seen_at, course_key="c1"
    )
    assert (await sessions.online(["c1"])).get("c1", 0) == 0
    assert len(await sessions.resume_points([REGISTRATION])) == 1
    assert await sessions.end("s1", learner_id="u") is None


async def test_only_the_current_session_can_be_ended(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("u", clock() - INSTANT), beat("u", clock(), session_id="s2")])
    assert await sessions.end("s1", learner_id="u") is None
    assert await sessions.end("s2", learner_id="v") is None
    assert await status(sessions, "u") is PresenceStatus.ONLINE
    assert (await sessions.by_learners(["u"]))["u"].session_id == "s2"


async def test_a_late_end_does_not_end_a_newer_session(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("u", clock())])
    assert await sessions.end("s1", learner_id="u", at=clock() - INSTANT) is None
    assert await status(sessions, "u") is PresenceStatus.ONLINE
    assert await sessions.end("s1", learner_id="u", at=clock()) is not None
    assert await status(sessions, "u") is PresenceStatus.OFFLINE


async def test_a_heartbeat_after_the_end_starts_a_session(sessions: Sessions, clock: Clock) -> None:
    last = beat("u", clock())
    await sessions.touch([last])
    await sessions.end("s1", learner_id="u")
    await sessions.touch([last])
    assert await status(sessions, "u") is PresenceStatus.OFFLINE
    clock.forward(seconds(1))
    await sessions.touch([beat("u", clock())])
    assert await status(sessions, "u") is PresenceStatus.ONLINE
    assert (await sessions.by_learners(["u"]))["u"].started_at == clock()
    assert dict(await sessions.online(["c1"])) == {"c1": 1}


async def test_concurrent_ends_end_a_session_once(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("u", clock())])
    ended = await asyncio.gather(*(sessions.end("s1", learner_id="u") for _ in range(10)))
    assert len([session for session in ended if session is not None]) == 1
