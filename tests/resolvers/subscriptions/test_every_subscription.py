"""What holds for every subscription: fresh reads for each event, an end with the token, told errors, nothing left."""

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
from tests.resolvers.subscriptions.watched_school import (
    ADA_ALGEBRA,
    ADA_ID,
    Broken,
    of,
    open_school,
    settled,
    tasks,
)


async def test_what_lies_beneath_an_event_is_read_afresh_for_each() -> None:
    school = await open_school()
    fields = "enrollment { learner { displayName } }"
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}", fields), world.admin())
    assert await watcher.silent()
    calls = []
    for name in ("Ada", "Ada King"):
        profile = (await school.stores.profiles.by_ids([world.ADA]))[world.ADA]
        await school.stores.profiles.replace(replace(profile, display_name=name, version=profile.version + 1))
        await school.does(ADA_ALGEBRA, Verb.COMPLETED, "video" if name == "Ada" else "quiz")
        result = await watcher.result()
        assert result.data["progressUpdated"]["enrollment"]["learner"]["displayName"] == name
        calls.append([batch["call"] for batch in result.extensions["stores"]["batches"]])
    assert calls == [["by_registrations", "by_ids"]] * 2
    await watcher.close()


async def test_it_ends_when_the_token_expires_before_the_next_event() -> None:
    school = await open_school()
    viewer = replace(world.learner(), expires_at=school.clock() + timedelta(hours=1))
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}"), viewer)
    assert await watcher.silent()
    await school.does(ADA_ALGEBRA, Verb.COMPLETED, "video")
    assert await watcher.event()
    assert await watcher.silent()
    school.clock.forward(timedelta(hours=1))
    await school.does(ADA_ALGEBRA, Verb.COMPLETED, "quiz")
    assert await watcher.code() == "UNAUTHENTICATED"
    assert tasks() == 0


async def test_it_ends_when_the_token_expires_though_nothing_happens() -> None:
    school = await open_school()
    viewer = replace(world.learner(), expires_at=school.clock() + timedelta(milliseconds=10))
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}"), viewer)
    assert await watcher.code() == "UNAUTHENTICATED"


async def test_a_fault_beneath_an_event_costs_its_own_field_and_is_told_as_anywhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    school = await open_school(profiles=Broken)
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}", "registration enrollment { learner { id } }"))
    assert await watcher.silent()
    profiles: Any = school.stores.profiles
    told = []
    with caplog.at_level(logging.ERROR):
        for item in ("video", "quiz"):
            if item == "video":
                profiles.away("profiles")
            else:
                profiles.error = lambda: RuntimeError("secret dsn")
            await school.does(ADA_ALGEBRA, Verb.COMPLETED, item)
            result = await watcher.result()
            (error,) = result.errors
            assert result.data["progressUpdated"]["enrollment"] == {"learner": None}
            assert "secret" not in str(error.formatted)
            assert "hunter2" not in str(error.formatted)
            told.append(error.extensions)
    assert [one["code"] for one in told] == ["STORE_UNAVAILABLE", "INTERNAL"]
    assert any(told[1]["id"] in record.getMessage() for record in caplog.records)
    await watcher.close()


class Failing:
    """A feed that goes wrong: on entering, or later."""

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
async def test_a_source_that_goes_wrong_ends_with_a_told_error(at_once: bool, error: Exception, code: str) -> None:
    school = await open_school()
    live: Any = Failing(error, at_once=at_once)
    stores = replace(school.stores, live=live)
    watcher = await school.watch(of(f"registration:{ADA_ALGEBRA}"), stores=stores)
    result = await watcher.result()
    (told,) = result.errors
    assert isinstance(result, PreExecutionError) is at_once
    assert told.extensions["code"] == code
    assert "secret" not in str(told.formatted)
    assert await watcher.ended()


@pytest.mark.parametrize(
    "query",
    [
        of(f"registration:{ADA_ALGEBRA}"),
        of(f"learner:{ADA_ID}"),
        of(f"course:{world.ALGEBRA}"),
        f'presenceChanged(course: "{world.ALGEBRA}") {{ status }}',
        f'courseActivity(course: "{world.ALGEBRA}", window: HOUR) {{ events }}',
        f'resumeMoved(registration: "{ADA_ALGEBRA}") {{ at }}',
    ],
)
async def test_what_is_closed_leaves_no_work_behind(query: str) -> None:
    school = await open_school()
    live: Any = school.stores.live
    waiting = await school.watch(query)
    while not await waiting.silent():
        await waiting.result()
    told = await school.watch(query)
    await told.silent()
    await asyncio.wait_for(waiting.close(), 30)
    await asyncio.wait_for(told.close(), 30)
    await settled()
    assert tasks() == 0
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
async def test_a_course_that_does_not_exist_is_told_to_whoever_sees_all(query: str, course: str) -> None:
    school = await open_school()
    watcher = await school.watch(query.replace("COURSE", json.dumps(course)), world.admin())
    assert await watcher.code() == "BAD_USER_INPUT"
    assert await watcher.ended()
