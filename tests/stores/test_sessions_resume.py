"""The contract of sessions, on every backend: unsaved resume points, presence and signals."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from stores.domain.sessions import AWAY_FOR, ONLINE_FOR, RESUME_POINT_TTL, Presence, PresenceStatus
from stores.ports.sessions import Sessions
from tests.clock import Clock
from tests.stores.samples import beat, point, seconds

INSTANT = timedelta(milliseconds=1)


async def place(sessions: Sessions, number: int = 1) -> str | None:
    found = (await sessions.resume_points([UUID(int=number)])).get(UUID(int=number))
    return None if found is None else found.id


async def waiting(sessions: Sessions, most: int = 100) -> list[tuple[int, str]]:
    return [(each.registration.int, each.id) for each in await sessions.unsaved(most=most)]


async def test_a_move_creates_and_moves_a_point(sessions: Sessions, clock: Clock) -> None:
    first = point(1, clock(), position=0.1 + 0.2, device="téléphone", item_key='ï"', id="✿")
    await sessions.move([first])
    assert dict(await sessions.resume_points([UUID(int=1)])) == {UUID(int=1): first}
    await sessions.move([point(1, clock() - INSTANT, id="z"), point(1, clock(), id="a")])
    assert await place(sessions) == "✿"
    await sessions.move([point(1, clock() + INSTANT, id="a"), point(2, clock() - RESUME_POINT_TTL)])
    assert (await place(sessions), await place(sessions, 2)) == ("a", None)
    await sessions.move([])
    assert await waiting(sessions) == []


async def test_deleted_points_may_be_moved_again(sessions: Sessions, clock: Clock) -> None:
    await sessions.move([point(1, clock()), point(2, clock())])
    await sessions.move([], gone=[(UUID(int=1), "another"), (UUID(int=3), "e1")])
    assert (await place(sessions), await place(sessions, 2)) == ("e1", "e1")
    await sessions.move([point(1, clock() - seconds(60), id="e0")], gone=[(UUID(int=1), "e1")])
    assert (await place(sessions), await place(sessions, 2)) == ("e0", "e1")


async def test_unsaved_points_are_ordered_by_waiting_time(sessions: Sessions, clock: Clock) -> None:
    beats = [
        beat(f"u{number}", clock() - seconds(number), registration=UUID(int=number), item_key="i")
        for number in (3, 1, 2)
    ]
    await sessions.touch([*beats, beat("u4", clock(), registration=UUID(int=4))])
    clock.forward(seconds(1))
    await sessions.touch([beat("u3", clock(), registration=UUID(int=3), session_id="s2", item_key="i")])
    assert await waiting(sessions) == [(3, "s2"), (1, "s1"), (2, "s1")]
    assert await waiting(sessions, 2) == [(3, "s2"), (1, "s1")]
    saved = await sessions.unsaved(most=2)
    await sessions.saved(saved)
    await sessions.saved([*saved, point(7, clock())])
    assert await waiting(sessions) == [(2, "s1")]
    await sessions.touch(beats)
    assert await waiting(sessions) == [(2, "s1")]
    await sessions.saved([])


async def test_a_point_that_moved_during_a_save_stays_unsaved(sessions: Sessions, clock: Clock) -> None:
    await sessions.touch([beat("u", clock(), registration=UUID(int=1), item_key="i")])
    before = await sessions.unsaved(most=1)
    clock.forward(INSTANT)
    await sessions.touch([beat("u", clock(), registration=UUID(int=1), item_key="j")])
    await sessions.saved(before)
    assert [each.item_key for each in await sessions.unsaved(most=1)] == ["j"]


async def test_points_that_the_ledger_moved_or_deleted_are_not_unsaved(sessions: Sessions, clock: Clock) -> None:
    for number in (1, 2, 3):
        await sessions.touch([beat(f"u{number}", clock(), registration=UUID(int=number), item_key="i")])
    await sessions.move([point(1, clock() + INSTANT), point(2, clock() - INSTANT)], gone=[(UUID(int=3), "s1")])
    assert await waiting(sessions) == [(2, "s1")]


async def test_expired_points_are_skipped(sessions: Sessions, clock: Clock) -> None:
    at = clock()
    await sessions.touch([beat("u", at, registration=UUID(int=number), item_key="i") for number in range(20)])
    clock.forward(RESUME_POINT_TTL - INSTANT)
    assert len(await sessions.unsaved(most=100)) == 20
    clock.forward(INSTANT)
    await sessions.touch([beat("v", clock(), registration=UUID(int=99), item_key="i")])
    assert await waiting(sessions, 1) == [(99, "s1")]


async def test_present_learners_are_in_the_course_of_their_latest_heartbeat(sessions: Sessions, clock: Clock) -> None:
    start = clock()
    await sessions.touch([beat(name, start) for name in ("ü", "away", "b", "gone", "ended", "moved")])
    clock.forward(ONLINE_FOR)
    later = clock()
    await sessions.touch([beat("b", later), beat("moved", later, course_key="c2", session_id="s2")])
    await sessions.touch([beat("early", start + INSTANT), beat("gone", start - AWAY_FOR, course_key="c3")])
    await sessions.end("s1", learner_id="ended")

    def seen(name: str, status: PresenceStatus, course: str = "c1") -> Presence:
        at = {"b": later, "moved": later, "early": start + INSTANT}.get(name, start)
        return Presence(learner_id=name, status=status, last_seen_at=at, course_key=course)

    away, online = PresenceStatus.AWAY, PresenceStatus.ONLINE
    found = await sessions.present(["c1", "c2", "c3", "c1"])
    expected = [seen("away", away), seen("b", online), seen("early", online), seen("gone", away), seen("ü", away)]
    assert list(found["c1"]) == expected
    assert list(found["c2"]) == [seen("moved", online, "c2")]
    assert list(found.get("c3", [])) == []
    clock.forward(start + AWAY_FOR - clock())
    assert [one.learner_id for one in (await sessions.present(["c1"]))["c1"]] == ["b", "early"]
    clock.forward(AWAY_FOR)
    assert list((await sessions.present(["c1"])).get("c1", [])) == []
    assert dict(await sessions.present([])) == {}


async def receive(signals: AsyncIterator[frozenset[str] | None], expected: set[str]) -> None:
    """Wait until all these keys were signalled, in any number of steps."""
    left = set(expected)
    while left:
        keys = await asyncio.wait_for(anext(signals), 30)
        assert keys is not None
        assert keys <= expected
        left -= keys


async def test_presence_is_signalled_where_a_learner_comes_and_leaves(sessions: Sessions, clock: Clock) -> None:
    async with sessions.presence_signals("c1") as c1, sessions.presence_signals("c2") as c2:
        await sessions.touch([beat("ü", clock())])
        await receive(c1, {"ü"})
        clock.forward(seconds(1))
        await sessions.touch([beat("ü", clock(), course_key="c2")])
        await receive(c1, {"ü"})
        await receive(c2, {"ü"})
        await sessions.touch([beat("ü", clock() - seconds(9), course_key="c1"), beat("v", clock())])
        await receive(c1, {"v"})
        await sessions.end("s1", learner_id="ü")
        await receive(c2, {"ü"})


async def test_a_moved_resume_point_is_signalled(sessions: Sessions, clock: Clock) -> None:
    first, other = UUID(int=1), UUID(int=2)
    async with sessions.resume_signals(first) as signals, sessions.resume_signals(other) as others:
        await sessions.touch([beat("u", clock(), registration=first, item_key="i")])
        await receive(signals, {str(first)})
        await sessions.move([point(1, clock() + INSTANT)])
        await receive(signals, {str(first)})
        await sessions.move([], gone=[(first, "e1")])
        await receive(signals, {str(first)})
        await sessions.touch([beat("u", clock(), registration=other)])
        await sessions.move([point(2, clock())])
        await receive(others, {str(other)})
