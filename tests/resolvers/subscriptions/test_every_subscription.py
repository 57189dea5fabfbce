"""Every subscription: new reads for each event, the end with the token, masked errors, no task left behind."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from strawberry.types.execution import PreExecutionError

from stores.domain.events import Verb
from stores.errors import Rejected
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import (
    ADA_ALGEBRA,
    ADA_ID,
    FailingStore,
    open_school,
    other_tasks,
    progress_updated,
    settle,
)


async def test_the_fields_of_each_event_are_read_anew() -> None:
    school = await open_school()
    fields = "enrollment { learner { displayName } }"
    subscription = await school.subscribe(progress_updated(f"registration:{ADA_ALGEBRA}", fields), world.admin())
    assert await subscription.is_silent()
    calls = []
    for name in ("Ada", "Ada King"):
        profile = (await school.stores.profiles.by_ids([world.ADA]))[world.ADA]
        await school.stores.profiles.replace(replace(profile, display_name=name, version=profile.version + 1))
        await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video" if name == "Ada" else "quiz")
        result = await subscription.result()
        assert result.data["progressUpdated"]["enrollment"]["learner"]["displayName"] == name
        calls.append([batch["call"] for batch in result.extensions["stores"]["batches"]])
    assert calls == [["by_registrations", "by_ids"]] * 2
    await subscription.close()


async def test_it_ends_when_the_token_expires_before_the_next_event() -> None:
    school = await open_school()
    viewer = replace(world.learner(), expires_at=school.clock() + timedelta(hours=1))
    subscription = await school.subscribe(progress_updated(f"registration:{ADA_ALGEBRA}"), viewer)
    assert await subscription.is_silent()
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video")
    assert await subscription.event()
    assert await subscription.is_silent()
    school.clock.forward(timedelta(hours=1))
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "quiz")
    assert await subscription.code() == "UNAUTHENTICATED"
    assert other_tasks() == 0


async def test_it_ends_when_the_token_expires_without_an_event() -> None:
    school = await open_school()
    viewer = replace(world.learner(), expires_at=school.clock() + timedelta(milliseconds=10))
    subscription = await school.subscribe(progress_updated(f"registration:{ADA_ALGEBRA}"), viewer)
    assert await subscription.code() == "UNAUTHENTICATED"


async def test_an_error_in_an_event_nulls_its_own_field_and_is_masked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    school = await open_school(profiles=FailingStore)
    subscription = await school.subscribe(
        progress_updated(f"registration:{ADA_ALGEBRA}", "registration enrollment { learner { displayName } }")
    )
    assert await subscription.is_silent()
    profiles: Any = school.stores.profiles
    event = []
    with caplog.at_level(logging.ERROR):
        for item in ("video", "quiz"):
            if item == "video":
                profiles.take_down("profiles")
            else:
                profiles.error = lambda: RuntimeError("secret dsn")
            await school.record(ADA_ALGEBRA, Verb.COMPLETED, item)
            result = await subscription.result()
            (error,) = result.errors
            assert result.data["progressUpdated"]["enrollment"] == {"learner": {"displayName": None}}
            assert "secret" not in str(error.formatted)
            assert "hunter2" not in str(error.formatted)
            event.append(error.extensions)
    assert [one["code"] for one in event] == ["STORE_UNAVAILABLE", "INTERNAL"]
    assert any(event[1]["id"] in record.getMessage() for record in caplog.records)
    await subscription.close()


class Failing:
    """A feed that fails when it is entered, or at its first update."""

    def __init__(self, error: Exception, *, at_once: bool) -> None:
        self._error = error
        self._at_once = at_once

    @asynccontextmanager
    async def feed(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        if self._at_once:
            raise self._error
        yield self

    def __aiter__(self) -> "Failing":
        return self

    async def __anext__(self) -> Any:
        raise self._error


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    ("error", "code"), [(RuntimeError("secret dsn"), "INTERNAL"), (Rejected("live", "no cursor"), "BAD_USER_INPUT")]
)
async def test_a_source_that_fails_ends_with_a_masked_error(at_once: bool, error: Exception, code: str) -> None:
    school = await open_school()
    live: Any = Failing(error, at_once=at_once)
    stores = replace(school.stores, live=live)
    subscription = await school.subscribe(progress_updated(f"registration:{ADA_ALGEBRA}"), stores=stores)
    result = await subscription.result()
    (event,) = result.errors
    assert isinstance(result, PreExecutionError) is at_once
    assert event.extensions["code"] == code
    assert "secret" not in str(event.formatted)
    assert await subscription.has_ended()


@pytest.mark.parametrize(
    "query",
    [
        progress_updated(f"registration:{ADA_ALGEBRA}"),
        progress_updated(f"learner:{ADA_ID}"),
        progress_updated(f"course:{world.ALGEBRA}"),
        f'presenceChanged(course: "{world.ALGEBRA}") {{ status }}',
        f'courseActivity(course: "{world.ALGEBRA}", window: HOUR) {{ events }}',
        f'resumeMoved(registration: "{ADA_ALGEBRA}") {{ at }}',
    ],
)
async def test_a_closed_subscription_leaves_no_task_behind(query: str) -> None:
    school = await open_school()
    live: Any = school.stores.live
    waiting = await school.subscribe(query)
    while not await waiting.is_silent():
        await waiting.result()
    event = await school.subscribe(query)
    await event.is_silent()
    await asyncio.wait_for(waiting.close(), 30)
    await asyncio.wait_for(event.close(), 30)
    await settle()
    assert other_tasks() == 0
    assert not any(live._listeners.values())
    assert not any(live._channels._mailboxes.values())


@pytest.mark.parametrize("course", ["no such course", "a\0b", "x" * 5_000], ids=["unknown", "nul", "long"])
@pytest.mark.parametrize(
    "query",
    [
        "progressUpdated(course: COURSE) { version }",
        "courseActivity(course: COURSE, window: HOUR) { events }",
        "presenceChanged(course: COURSE) { status }",
    ],
)
async def test_an_admin_gets_bad_user_input_for_a_course_that_does_not_exist(query: str, course: str) -> None:
    school = await open_school()
    subscription = await school.subscribe(query.replace("COURSE", json.dumps(course)), world.admin())
    assert await subscription.code() == "BAD_USER_INPUT"
    assert await subscription.has_ended()
