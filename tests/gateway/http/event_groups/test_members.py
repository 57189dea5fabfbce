"""What the members of a group share, and what stays their own: cursors, speed, tokens, rates and errors."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from gateway.http.refusal import RequestRefused
from resolvers.error_codes import ErrorCode
from stores.domain.events import Verb
from stores.domain.updates import MAX_PENDING
from stores.errors import Unavailable
from tests.gateway.http.event_groups.watchers import Watcher, Watching
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import (
    ADA_ALGEBRA,
    CLASSMATE,
    FailingStore,
    School,
    open_school,
    other_tasks,
    settle,
)

WATCH = """subscription ($course: String!, $after: String) { progressUpdated(course: $course, after: $after) {
  cursor version coalesced registration enrollment { learner { displayName } } } }"""
PRESENCE = "subscription ($course: String!) { presenceChanged(course: $course) { status learner { displayName } } }"
OF_ALGEBRA = {"course": world.ALGEBRA}


async def watching(school: School, members: int, **instead: Any) -> tuple[Watching, list[Watcher]]:
    found = Watching(school)
    return found, [await found.subscribe(WATCH, None, OF_ALGEBRA, **instead) for _ in range(members)]


async def complete(school: School, *items: str, registration: UUID = ADA_ALGEBRA) -> None:
    for item in items:
        await school.record(registration, Verb.COMPLETED, item)
        await settle()


async def name(school: School, text: str) -> None:
    profile = (await school.stores.profiles.by_ids([world.ADA]))[world.ADA]
    await school.stores.profiles.replace(replace(profile, display_name=text, version=profile.version + 1))


def calls(school: School) -> int:
    store: Any = school.stores.profiles
    return sum(call == "by_ids" for call in store.calls)


async def test_the_stores_are_read_once_for_each_event() -> None:
    school = await open_school(profiles=FailingStore)
    group, members = await watching(school, 7)
    await complete(school, "video", "quiz")
    assert calls(school) == 2
    assert len({tuple(each.results) for each in members}) == 1
    assert len(members[0].results) == 2
    await group.close()
    assert other_tasks() == 0


async def test_an_event_during_which_a_store_fails_is_the_same_for_all_members() -> None:
    school = await open_school(profiles=FailingStore)
    store: Any = school.stores.profiles
    group, members = await watching(school, 3)
    for error in (lambda: RuntimeError("secret dsn"), None):
        store.error = error
        await complete(school, "video" if error else "quiz")
    assert [each.results for each in members] == [members[0].results] * 3  # one id of the error, too
    broken, whole = map(orjson.loads, members[0].results)
    assert broken["data"]["progressUpdated"]["enrollment"] == {"learner": {"displayName": None}}
    assert broken["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in str(broken)
    assert "errors" not in whole
    await group.close()


async def test_a_member_with_a_cursor_catches_up_alone_and_then_shares() -> None:
    school = await open_school(profiles=FailingStore)
    group, [first] = await watching(school, 1)
    await complete(school, "video", "quiz")
    await complete(school, "video", registration=CLASSMATE)
    before = calls(school)
    cursors = [event["cursor"] for event in first.events]
    resumed = await group.subscribe(WATCH, None, {**OF_ALGEBRA, "after": cursors[0]})
    assert calls(school) == before + 2
    await complete(school, "quiz", registration=CLASSMATE)
    assert calls(school) == before + 3
    assert resumed.results == first.results[1:]
    assert len(resumed.results) == 3
    assert len(group.groups) == 1
    expired = await group.subscribe(WATCH, None, {**OF_ALGEBRA, "after": "no cursor"})
    assert expired.code == "BAD_USER_INPUT"
    await group.close()


async def test_a_slow_member_gets_the_latest_of_each_registration_and_then_shares_again() -> None:
    school = await open_school(profiles=FailingStore)
    group, [quick, slow] = await watching(school, 2)
    await complete(school, "page")
    slow.pause()
    await complete(school, "video")
    for number in range(MAX_PENDING + 20):
        await school.record(CLASSMATE, Verb.ATTEMPTED, "quiz", score=number / 1_000, success=False)
        await settle()
    await slow.resume()
    merged = sum(event["coalesced"] for event in slow.events)
    assert merged > 0
    assert len(slow.events) + merged == len(quick.events)
    assert not any(event["coalesced"] for event in quick.events)
    assert slow.events[-1]["version"] == quick.events[-1]["version"]
    before = calls(school)
    await complete(school, "video", registration=CLASSMATE)
    assert calls(school) == before + 1
    assert slow.results[-1] == quick.results[-1]
    await group.close()


async def test_the_token_of_one_member_expires() -> None:
    school = await open_school()
    group, [lasting] = await watching(school, 1)
    viewer = replace(world.admin(), expires_at=school.clock() + timedelta(hours=1))
    ending = await group.subscribe(WATCH, viewer, OF_ALGEBRA)
    await complete(school, "video")
    assert ending.results == lasting.results
    school.clock.forward(timedelta(hours=1))
    await complete(school, "quiz")
    assert ending.code == "UNAUTHENTICATED"
    assert len(lasting.events) == 2
    await group.close()


async def test_each_member_is_admitted_and_charged_by_itself() -> None:
    school = await open_school()
    group, [unlimited] = await watching(school, 1)
    charges: dict[str, list[float]] = {"one": [], "other": []}
    admitted = 0

    async def admit() -> None:
        nonlocal admitted
        admitted += 1
        if admitted == 2:
            raise RequestRefused(ErrorCode.RATE_LIMITED, "too much", status=429)

    one = await group.subscribe(WATCH, None, OF_ALGEBRA, charge=charges["one"].append, admit=admit)
    other = await group.subscribe(WATCH, None, OF_ALGEBRA, charge=charges["other"].append)
    begun = sum(charges["one"])
    await complete(school, "video")
    assert sum(charges["one"]) == sum(charges["other"]) == 2 * begun > 0
    await complete(school, "quiz")
    await complete(school, "video", registration=CLASSMATE)
    assert one.code == "RATE_LIMITED"
    assert len(one.results) == 3
    assert len(other.events) == len(unlimited.events) == 3
    await group.close()


class NoFeed:
    """Live feeds that fail at their first update."""

    def __init__(self, live: Any) -> None:
        self._live = live

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)

    @asynccontextmanager
    async def feed(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        yield self

    async def __anext__(self) -> Any:
        raise Unavailable("live", "secret dsn")


async def test_the_variables_of_a_subscription_that_has_no_data_are_charged() -> None:
    school = await open_school(live=NoFeed)
    group = Watching(school)
    charges: dict[int, list[float]] = {0: [], 50_000: []}
    for size, charged in charges.items():
        ended = await group.subscribe(WATCH, None, OF_ALGEBRA, size=len(WATCH) + size, charge=charged.append)
        assert ended.code == "STORE_UNAVAILABLE"
    small, large = map(sum, charges.values())
    assert large == small + 500
    await group.close()


class Waiting(FailingStore):
    """Profiles that are read when `go` is set. `cancelled`: reads that were cancelled."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.profiles = store
        self.go = asyncio.Event()
        self.cancelled = 0

    async def by_ids(self, learner_ids: Sequence[str], **more: Any) -> Mapping[str, Any]:
        self.calls.append("by_ids")
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        found: Mapping[str, Any] = await self.profiles.by_ids(learner_ids, **more)
        return found


async def test_a_member_that_leaves_does_not_cancel_the_event_of_the_others() -> None:
    school = await open_school(profiles=Waiting)
    store: Any = school.stores.profiles
    group, [first, second] = await watching(school, 2)
    await complete(school, "video")
    await first.close()
    store.go.set()
    await settle()
    assert [event["enrollment"]["learner"]["displayName"] for event in second.events] == ["Ada"]
    assert (calls(school), store.cancelled, first.results) == (1, 0, [])
    await group.close()


async def test_the_last_member_that_leaves_cancels_the_event() -> None:
    school = await open_school(profiles=Waiting)
    store: Any = school.stores.profiles
    group, _ = await watching(school, 2)
    await complete(school, "video")
    await group.close()
    assert (calls(school), store.cancelled, len(group.groups), other_tasks()) == (1, 1, 0, 0)


async def test_a_new_member_gets_no_result_from_before_it_subscribed() -> None:
    """Its snapshot has the same record, whose fields may have changed since."""
    school = await open_school()
    group = Watching(school)
    first = await group.subscribe(PRESENCE, None, OF_ALGEBRA)
    another = await group.subscribe(PRESENCE, None, OF_ALGEBRA)
    await school.heartbeat(world.ADA)
    await school.clock.advance(timedelta(seconds=1))
    await name(school, "Ada King")
    late = await group.subscribe(PRESENCE, None, OF_ALGEBRA)
    assert len(group.groups) == 1
    names = [[event["learner"]["displayName"] for event in each.events] for each in (first, another, late)]
    assert names == [["Ada"], ["Ada"], ["Ada King"]]
    await group.close()


async def test_a_value_that_json_cannot_have_ends_the_subscriptions_with_an_error() -> None:
    school = await open_school()
    await name(school, "\ud800")
    group, members = await watching(school, 2)
    await complete(school, "video")
    assert [each.code for each in members] == ["INTERNAL", "INTERNAL"]
    assert len(group.groups) == 0
    await group.close()
