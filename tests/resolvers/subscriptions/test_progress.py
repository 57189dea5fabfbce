"""progressUpdated: permissions, updates, cursors, and when it completes."""

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
from stores.domain.updates import FEED_LENGTHS, FeedKind
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import (
    ADA_ALGEBRA,
    ADA_BOTANY,
    ADA_ID,
    BEN_BOTANY,
    CLASSMATE,
    FailingStore,
    open_school,
    progress_updated,
)


async def test_each_commit_of_a_registration_is_an_update() -> None:
    school = await open_school()
    fields = """cursor version at registration coalesced progress { completion itemsDone version }
        changed { itemKey state item { title } } enrollment { state learner { displayName } }"""
    subscription = await school.subscribe(progress_updated(f"registration:{ADA_ALGEBRA}", fields), world.learner())
    assert await subscription.is_silent()
    await school.record(ADA_BOTANY, Verb.COMPLETED, "video")
    await school.record(CLASSMATE, Verb.COMPLETED, "video")
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video")
    event = await subscription.event()
    assert event.pop("cursor")
    assert int(event.pop("version")) == int(event["progress"].pop("version"))
    assert event == {
        "at": "2026-03-30T12:00:00.000Z",
        "registration": str(ADA_ALGEBRA),
        "coalesced": 0,
        "progress": {"completion": 0.5, "itemsDone": 2},
        "changed": [{"itemKey": "video", "state": "COMPLETED", "item": {"title": "Watch"}}],
        "enrollment": {"state": "ACTIVE", "learner": {"displayName": "Ada"}},
    }
    assert await subscription.is_silent()
    await subscription.close()


async def test_a_subscriber_with_a_cursor_gets_the_missed_updates() -> None:
    school = await open_school()
    first = await school.subscribe(progress_updated(f"learner:{ADA_ID}", "cursor version"), world.learner())
    assert await first.is_silent()
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video")
    seen = await first.event()
    await first.close()
    await school.record(ADA_ALGEBRA, Verb.PASSED, "quiz")
    resumed = await school.subscribe(
        progress_updated(f"registration:{ADA_ALGEBRA}", "cursor version", after=seen["cursor"]), world.learner()
    )
    assert int((await resumed.event())["version"]) == int(seen["version"]) + 1
    assert await resumed.is_silent()
    await resumed.close()


async def test_a_cursor_whose_updates_are_no_longer_stored_is_expired() -> None:
    school = await open_school()
    subscription = await school.subscribe(progress_updated(f"learner:{ADA_ID}", "cursor"), world.learner())
    assert await subscription.is_silent()
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video")
    cursor = (await subscription.event())["cursor"]
    await subscription.close()
    await school.record(ADA_ALGEBRA, Verb.PASSED, "quiz", deliver=False)
    (commit,) = await school.stores.outbox.take(Consumer.LIVE, range(PARTITIONS), most=10)
    for number in range(FEED_LENGTHS[FeedKind.LEARNER] + 2):
        await school.stores.live.publish([replace(commit, number=100 + number)])
    late = await school.subscribe(progress_updated(f"learner:{ADA_ID}", after=cursor), world.learner())
    result = await late.result()
    (error,) = result.errors
    assert (error.extensions, error.message) == (
        {"code": "CURSOR_EXPIRED", "store": "live"},
        "live: the updates after this cursor have expired",
    )
    wrong = await school.subscribe(progress_updated(f"learner:{ADA_ID}", after="%%%"), world.learner())
    assert await wrong.code() == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "arguments",
    ["(registration: null)", f'(registration: "{ADA_ALGEBRA}", course: "x")', f'(learner: "{ADA_ID}", course: "x")'],
)
async def test_exactly_one_of_the_arguments_is_required(arguments: str) -> None:
    school = await open_school()
    subscription = await school.subscribe(f"progressUpdated{arguments} {{ registration }}")
    assert await subscription.code() == "BAD_USER_INPUT"


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
async def test_a_subscription_without_permission_is_refused_before_the_first_event(
    viewer: Viewer, what: str, code: str
) -> None:
    school = await open_school()
    subscription = await school.subscribe(progress_updated(what), viewer)
    result = await subscription.result()
    assert isinstance(result, PreExecutionError)
    assert [error.extensions for error in result.errors or []] == [{"code": code}]
    assert await subscription.has_ended()


async def test_an_instructor_gets_a_learners_updates_in_their_own_courses_only() -> None:
    school = await open_school()
    teacher = await school.subscribe(progress_updated(f"learner:{ADA_ID}"), ALGEBRA_TEACHER)
    herself = await school.subscribe(progress_updated(f"learner:{ADA_ID}"), world.learner())
    course = await school.subscribe(progress_updated(f"course:{world.ALGEBRA}"), ALGEBRA_TEACHER)
    assert [await one.is_silent() for one in (teacher, herself, course)] == [True] * 3
    for registration in (ADA_BOTANY, ADA_ALGEBRA, CLASSMATE):
        await school.record(registration, Verb.COMPLETED, "page")
        await school.record(registration, Verb.COMPLETED, "video")
    seen = {one: set[str]() for one in (teacher, herself, course)}
    for one, registrations in seen.items():
        while not await one.is_silent():
            registrations.add((await one.event())["registration"])
        await one.close()
    assert list(seen.values()) == [
        {str(ADA_ALGEBRA)},
        {str(ADA_ALGEBRA), str(ADA_BOTANY)},
        {str(ADA_ALGEBRA), str(CLASSMATE)},
    ]


async def test_ones_own_progress_needs_the_feed_only() -> None:
    school = await open_school(profiles=FailingStore, progress=FailingStore)
    for name in ("profiles", "progress"):
        getattr(school.stores, name).take_down(name)
    subscription = await school.subscribe(progress_updated(f"learner:{ADA_ID}"), world.learner())
    assert await subscription.is_silent()
    await subscription.close()


async def test_it_completes_when_the_learner_withdraws() -> None:
    school = await open_school()
    subscription = await school.subscribe(
        progress_updated(f"registration:{ADA_ALGEBRA}", "enrollment { state }"), world.learner()
    )
    assert await subscription.is_silent()
    await school.record(ADA_ALGEBRA, Verb.UNREGISTERED)
    assert await subscription.event() == {"enrollment": {"state": "WITHDRAWN"}}
    assert await subscription.has_ended()


async def test_it_completes_at_once_if_the_learner_has_withdrawn() -> None:
    school = await open_school()
    subscription = await school.subscribe(progress_updated(f"registration:{BEN_BOTANY}"), world.learner(world.BEN))
    assert await subscription.has_ended()


async def test_it_completes_after_the_missed_updates_if_the_learner_has_withdrawn() -> None:
    school = await open_school()
    first = await school.subscribe(progress_updated(f"registration:{ADA_ALGEBRA}", "cursor"), world.learner())
    assert await first.is_silent()
    cursors = []
    for verb, item in ((Verb.COMPLETED, "video"), (Verb.COMPLETED, "quiz"), (Verb.UNREGISTERED, None)):
        await school.record(ADA_ALGEBRA, verb, item)
        cursors.append((await first.event())["cursor"])
    assert await first.has_ended()
    soon = {**world.DEADLINES, "live": timedelta(milliseconds=200)}
    for number, cursor in enumerate(cursors):
        query = progress_updated(f"registration:{ADA_ALGEBRA}", "cursor", after=cursor)
        resumed = await school.subscribe(query, world.learner(), deadlines=soon)
        for expected in cursors[number + 1 :]:
            assert (await resumed.event())["cursor"] == expected
        assert await resumed.has_ended()


async def test_a_withdrawal_from_before_the_learner_enrolled_again_does_not_complete_it() -> None:
    """A subscriber returns with a cursor from before the withdrawal: the enrolment is ACTIVE now."""
    school = await open_school()
    first = await school.subscribe(progress_updated(f"learner:{ADA_ID}", "cursor"), world.learner())
    assert await first.is_silent()
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video")
    cursor = (await first.event())["cursor"]
    await first.close()
    await school.record(ADA_ALGEBRA, Verb.UNREGISTERED)
    await school.record(ADA_ALGEBRA, Verb.REGISTERED, at=school.clock() + timedelta(milliseconds=1))
    resumed = await school.subscribe(
        progress_updated(f"registration:{ADA_ALGEBRA}", "version", after=cursor), world.learner()
    )
    while not await resumed.is_silent():
        await resumed.event()
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "quiz")
    assert await resumed.event()
    await school.record(ADA_ALGEBRA, Verb.UNREGISTERED, at=school.clock() + timedelta(milliseconds=2))
    assert await resumed.event()
    assert await resumed.has_ended()


async def test_a_timeout_within_the_feed_is_an_error_and_does_not_complete_it() -> None:
    """It completed the subscription of an ACTIVE enrolment."""
    school = await open_school()

    class TimingOut:
        @asynccontextmanager
        async def feed(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            yield self

        async def __anext__(self) -> Any:
            raise TimeoutError

    live: Any = TimingOut()
    stores = replace(school.stores, live=live)
    subscription = await school.subscribe(
        progress_updated(f"registration:{ADA_ALGEBRA}"), world.learner(), stores=stores
    )
    assert await subscription.code() == "INTERNAL"


async def test_a_withdrawal_while_the_subscription_starts_is_not_missed() -> None:
    """It is committed and published after the permission check, before the feed is entered."""
    school = await open_school()
    live = school.stores.live

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(live, name)

        @asynccontextmanager
        async def feed(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            await school.record(ADA_ALGEBRA, Verb.UNREGISTERED)
            async with live.feed(*args, **kwargs) as updates:
                yield updates

    late: Any = Late()
    stores = replace(school.stores, live=late)
    soon = {**world.DEADLINES, "live": timedelta(milliseconds=200)}
    subscription = await school.subscribe(
        progress_updated(f"registration:{ADA_ALGEBRA}"), world.learner(), stores=stores, deadlines=soon
    )
    assert await subscription.has_ended()
