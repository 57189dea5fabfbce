"""Watching progress: whose may be watched, what is told of it, and when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from strawberry.relay import to_base64
from strawberry.types.execution import PreExecutionError

from resolvers.viewer import Role, Viewer
from stores.domain.events import Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.domain.updates import FEED_LENGTHS, TopicKind
from tests.resolvers import world
from tests.resolvers.subscriptions.watched_school import (
    ADA_ALGEBRA,
    ADA_BOTANY,
    ADA_ID,
    BEN_BOTANY,
    CLASSMATE,
    Broken,
    of,
    open_school,
)


async def test_a_registrations_progress_is_told_as_it_is_committed() -> None:
    school = await open_school()
    fields = """cursor version at registration coalesced progress { completion itemsDone version }
        changed { itemKey state item { title } } enrollment { state learner { displayName } }"""
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}", fields), world.learner())
    assert await watcher.silent()
    await school.does(ADA_BOTANY, Verb.COMPLETED, "video")
    await school.does(CLASSMATE, Verb.COMPLETED, "video")
    await school.does(ADA_ALGEBRA, Verb.COMPLETED, "video")
    told = await watcher.event()
    assert told.pop("cursor")
    assert int(told.pop("version")) == int(told["progress"].pop("version"))
    assert told == {
        "at": "2026-03-30T12:00:00.000Z",
        "registration": str(ADA_ALGEBRA),
        "coalesced": 0,
        "progress": {"completion": 0.5, "itemsDone": 2},
        "changed": [{"itemKey": "video", "state": "COMPLETED", "item": {"title": "Watch"}}],
        "enrollment": {"state": "ACTIVE", "learner": {"displayName": "Ada"}},
    }
    assert await watcher.silent()
    await watcher.close()


async def test_who_comes_back_with_a_cursor_gets_what_was_missed() -> None:
    school = await open_school()
    first = await school.watch(of(f"learner:{ADA_ID}", "cursor version"), world.learner())
    assert await first.silent()
    await school.does(ADA_ALGEBRA, Verb.COMPLETED, "video")
    seen = await first.event()
    await first.close()
    await school.does(ADA_ALGEBRA, Verb.PASSED, "quiz")
    again = await school.watch(
        of(f"registration:{ADA_ALGEBRA}", "cursor version", after=seen["cursor"]), world.learner()
    )
    assert int((await again.event())["version"]) == int(seen["version"]) + 1
    assert await again.silent()
    await again.close()


async def test_a_cursor_that_is_not_kept_any_more_says_so_in_its_own_words() -> None:
    school = await open_school()
    watcher = await school.watch(of(f"learner:{ADA_ID}", "cursor"), world.learner())
    assert await watcher.silent()
    await school.does(ADA_ALGEBRA, Verb.COMPLETED, "video")
    cursor = (await watcher.event())["cursor"]
    await watcher.close()
    await school.does(ADA_ALGEBRA, Verb.PASSED, "quiz", deliver=False)
    (commit,) = await school.stores.outbox.take(Consumer.LIVE, range(PARTITIONS), most=10)
    for number in range(FEED_LENGTHS[TopicKind.LEARNER] + 2):
        await school.stores.live.publish([replace(commit, number=100 + number)])
    late = await school.watch(of(f"learner:{ADA_ID}", after=cursor), world.learner())
    result = await late.result()
    (error,) = result.errors
    assert (error.extensions, error.message) == (
        {"code": "CURSOR_EXPIRED", "store": "live"},
        "live: what came after this cursor is not kept any more",
    )
    wrong = await school.watch(of(f"learner:{ADA_ID}", after="%%%"), world.learner())
    assert await wrong.code() == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "arguments",
    ["(registration: null)", f'(registration: "{ADA_ALGEBRA}", course: "x")', f'(learner: "{ADA_ID}", course: "x")'],
)
async def test_exactly_one_thing_is_watched(arguments: str) -> None:
    school = await open_school()
    watcher = await school.watch(f"progressUpdated{arguments} {{ registration }}")
    assert await watcher.code() == "BAD_USER_INPUT"


SERVICE = Viewer(subject=world.ADA, role=Role.SERVICE)
ALGEBRA_TEACHER, BOTANY_TEACHER = world.instructor(world.ALGEBRA), world.instructor(world.BOTANY)


@pytest.mark.parametrize(
    ("viewer", "what", "code"),
    [
        (world.learner(), f"registration:{CLASSMATE}", "FORBIDDEN"),
        (world.learner(), f"registration:{uuid4()}", "FORBIDDEN"),
        (world.admin(), f"registration:{uuid4()}", "BAD_USER_INPUT"),
        (BOTANY_TEACHER, f"registration:{ADA_ALGEBRA}", "FORBIDDEN"),
        (SERVICE, f"registration:{ADA_ALGEBRA}", "FORBIDDEN"),
        (world.learner(world.BEN), f"learner:{ADA_ID}", "FORBIDDEN"),
        (world.learner(), f"learner:{to_base64('Learner', 'nobody')}", "FORBIDDEN"),
        (world.admin(), f"learner:{to_base64('Learner', 'nobody')}", "BAD_USER_INPUT"),
        (world.admin(), f"learner:{world.ADA}", "BAD_USER_INPUT"),
        (ALGEBRA_TEACHER, f"learner:{to_base64('Learner', world.BEN)}", "FORBIDDEN"),
        (SERVICE, f"learner:{ADA_ID}", "FORBIDDEN"),
        (world.learner(), f"course:{world.ALGEBRA}", "FORBIDDEN"),
        (BOTANY_TEACHER, f"course:{world.ALGEBRA}", "FORBIDDEN"),
    ],
)
async def test_what_may_not_be_watched_is_refused_before_there_is_an_event(
    viewer: Viewer, what: str, code: str
) -> None:
    school = await open_school()
    watcher = await school.watch(of(what), viewer)
    result = await watcher.result()
    assert isinstance(result, PreExecutionError)
    assert [error.extensions for error in result.errors or []] == [{"code": code}]
    assert await watcher.ended()


async def test_an_instructor_hears_of_a_learner_in_their_own_courses_only() -> None:
    school = await open_school()
    teacher = await school.watch(of(f"learner:{ADA_ID}"), ALGEBRA_TEACHER)
    herself = await school.watch(of(f"learner:{ADA_ID}"), world.learner())
    course = await school.watch(of(f"course:{world.ALGEBRA}"), ALGEBRA_TEACHER)
    assert [await one.silent() for one in (teacher, herself, course)] == [True] * 3
    for registration in (ADA_BOTANY, ADA_ALGEBRA, CLASSMATE):
        await school.does(registration, Verb.COMPLETED, "page")
        await school.does(registration, Verb.COMPLETED, "video")
    seen = {one: set[str]() for one in (teacher, herself, course)}
    for one, registrations in seen.items():
        while not await one.silent():
            registrations.add((await one.event())["registration"])
        await one.close()
    assert list(seen.values()) == [
        {str(ADA_ALGEBRA)},
        {str(ADA_ALGEBRA), str(ADA_BOTANY)},
        {str(ADA_ALGEBRA), str(CLASSMATE)},
    ]


async def test_ones_own_progress_needs_no_store_but_the_feed() -> None:
    school = await open_school(profiles=Broken, progress=Broken)
    for name in ("profiles", "progress"):
        getattr(school.stores, name).away(name)
    watcher = await school.watch(of(f"learner:{ADA_ID}"), world.learner())
    assert await watcher.silent()
    await watcher.close()


async def test_it_completes_when_the_learner_withdraws() -> None:
    school = await open_school()
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}", "enrollment { state }"), world.learner())
    assert await watcher.silent()
    await school.does(ADA_ALGEBRA, Verb.UNREGISTERED)
    assert await watcher.event() == {"enrollment": {"state": "WITHDRAWN"}}
    assert await watcher.ended()


async def test_what_is_withdrawn_already_completes_at_once() -> None:
    school = await open_school()
    watcher = await school.watch(of(f"registration:{BEN_BOTANY}"), world.learner(world.BEN))
    assert await watcher.ended()


async def test_what_is_withdrawn_already_completes_once_what_was_missed_is_told() -> None:
    school = await open_school()
    first = await school.watch(of(f"registration:{ADA_ALGEBRA}", "cursor"), world.learner())
    assert await first.silent()
    cursors = []
    for verb, item in ((Verb.COMPLETED, "video"), (Verb.COMPLETED, "quiz"), (Verb.UNREGISTERED, None)):
        await school.does(ADA_ALGEBRA, verb, item)
        cursors.append((await first.event())["cursor"])
    assert await first.ended()
    soon = {**world.DEADLINES, "live": timedelta(milliseconds=200)}
    for number, cursor in enumerate(cursors):
        asked = of(f"registration:{ADA_ALGEBRA}", "cursor", after=cursor)
        again = await school.watch(asked, world.learner(), deadlines=soon)
        for expected in cursors[number + 1 :]:
            assert (await again.event())["cursor"] == expected
        assert await again.ended()


async def test_a_withdrawal_from_before_the_learner_enrolled_again_does_not_complete_it() -> None:
    """A subscriber returns with a cursor from before the withdrawal: the enrolment is ACTIVE now."""
    school = await open_school()
    first = await school.watch(of(f"learner:{ADA_ID}", "cursor"), world.learner())
    assert await first.silent()
    await school.does(ADA_ALGEBRA, Verb.COMPLETED, "video")
    cursor = (await first.event())["cursor"]
    await first.close()
    await school.does(ADA_ALGEBRA, Verb.UNREGISTERED)
    await school.does(ADA_ALGEBRA, Verb.REGISTERED, at=school.clock() + timedelta(milliseconds=1))
    again = await school.watch(of(f"registration:{ADA_ALGEBRA}", "version", after=cursor), world.learner())
    while not await again.silent():
        await again.event()
    await school.does(ADA_ALGEBRA, Verb.COMPLETED, "quiz")
    assert await again.event()
    await school.does(ADA_ALGEBRA, Verb.UNREGISTERED, at=school.clock() + timedelta(milliseconds=2))
    assert await again.event()
    assert await again.ended()


async def test_a_timeout_within_the_feed_is_an_error_and_no_end() -> None:
    """It once completed the subscription of an ACTIVE enrolment that nobody had ended."""
    school = await open_school()

    class TimingOut:
        @asynccontextmanager
        async def feed(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            yield self

        async def __anext__(self) -> Any:
            raise TimeoutError

    live: Any = TimingOut()
    stores = replace(school.stores, live=live)
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}"), world.learner(), stores=stores)
    assert await watcher.code() == "INTERNAL"


async def test_a_withdrawal_while_it_begins_is_not_missed() -> None:
    """Committed and published after the permission was looked at, before listening has begun."""
    school = await open_school()
    live = school.stores.live

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(live, name)

        @asynccontextmanager
        async def feed(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            await school.does(ADA_ALGEBRA, Verb.UNREGISTERED)
            async with live.feed(*args, **kwargs) as updates:
                yield updates

    late: Any = Late()
    stores = replace(school.stores, live=late)
    soon = {**world.DEADLINES, "live": timedelta(milliseconds=200)}
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}"), world.learner(), stores=stores, deadlines=soon)
    assert await watcher.ended()
