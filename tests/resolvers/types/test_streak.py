"""Learner.streak: zones, permissions, and what it costs."""

from dataclasses import replace
from typing import Any

from resolvers.viewer import Viewer
from stores.errors import Unavailable
from stores.ports.stores import Stores
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, BrokenStore

BERLIN = {"current": 3, "longest": 3, "lastActiveOn": "2026-03-29"}
FIELDS = "{ current longest lastActiveOn }"


async def streak(
    given: str = "", *, stores: Stores | None = None, viewer: Viewer | None = None, of: str = world.ADA
) -> tuple[Any, Any]:
    """The streak and the code of its error."""
    stores = stores or await world.open_school()
    query = f'{{ learner(learnerId: "{of}") {{ streak{given} {FIELDS} }} }}'
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, viewer or world.admin(), trace=False))
    [code] = [(error.extensions or {})["code"] for error in result.errors or []] or [None]
    return (result.data or {})["learner"]["streak"], code


async def with_profile(**changes: Any) -> Stores:
    stores = await world.open_school()
    profile = (await stores.profiles.by_ids([world.ADA]))[world.ADA]
    await stores.profiles.replace(replace(profile, version=profile.version + 1, **changes))
    return stores


def without_profiles(stores: Stores) -> Stores:
    broken: Any = BrokenStore(lambda: Unavailable("profiles", "mongodb://root:hunter2@db refused"))
    return replace(stores, profiles=broken)


async def test_days_are_those_of_the_learner_or_of_a_given_zone() -> None:
    """Ada is active at noon of the 27th to the 29th in UTC."""
    assert await streak() == (BERLIN, None)
    east = await with_profile(time_zone="Pacific/Kiritimati")
    expected = {"current": 3, "longest": 3, "lastActiveOn": "2026-03-30"}
    assert await streak(stores=east) == (expected, None)
    assert await streak('(timeZone: "Europe/Berlin")', stores=east) == (BERLIN, None)


async def test_a_given_zone_needs_no_profile() -> None:
    down = without_profiles(await world.open_school())
    assert await streak('(timeZone: "Europe/Berlin")', stores=down) == (BERLIN, None)
    assert await streak(stores=down) == (None, "STORE_UNAVAILABLE")


async def test_a_zone_that_is_not_accepted() -> None:
    assert await streak('(timeZone: "Mars/Olympus")') == (None, "BAD_USER_INPUT")
    assert await streak(stores=await with_profile(time_zone="localtime")) == (None, "INVALID_TIME_ZONE")


async def test_an_instructor_sees_the_activity_of_their_courses_only() -> None:
    """Ada's days: the 27th in algebra, the 28th and 29th in botany."""
    expected = {"current": 2, "longest": 2, "lastActiveOn": "2026-03-29"}
    botany = world.instructor(world.BOTANY)
    assert await streak(viewer=botany) == (expected, None)
    assert await streak(f'(course: "{world.BOTANY}")') == (expected, None)
    assert await streak(f'(course: "{world.ALGEBRA}")', viewer=botany) == (None, "FORBIDDEN")
    assert await streak('(course: "no such course")') == ({"current": 0, "longest": 0, "lastActiveOn": None}, None)


async def test_local_time_does_not_show_the_zone_of_a_learner_who_withdrew() -> None:
    """Ben has withdrawn from botany."""
    stores = await world.open_school()
    botany = world.instructor(world.BOTANY)
    assert await streak(stores=stores, viewer=botany, of=world.BEN) == (None, None)
    (given, code) = await streak('(timeZone: "Europe/Berlin")', stores=stores, viewer=botany, of=world.BEN)
    assert (given is None, code) == (False, None)
    days = 'window: DAY, range: {from: "2026-03-27T00:00:00Z", to: "2026-03-28T00:00:00Z"}'
    query = f"""{{ learner(learnerId: "{world.BEN}") {{
      own: activity({days}) {{ start }} given: activity({days}, timeZone: "UTC") {{ start }} }} }}"""
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, botany))
    assert result.errors is None
    assert result.data == {"learner": {"own": None, "given": [{"start": "2026-03-27T00:00:00.000Z"}]}}


async def test_fifty_learners_cost_two_calls() -> None:
    stores = await world.open_school()
    query = f'{{ enrollments(course: "{world.ALGEBRA}", first: 50) {{ edges {{ node {{ learner {{ streak {FIELDS}'
    query += " } } } } }"
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, world.admin()))
    assert result.errors is None
    calls = [(batch["store"], batch["keys"]) for batch in (result.extensions or {})["stores"]["batches"]]
    assert sorted(calls) == [("activity", 50), ("profiles", 50), ("progress", 1)]


async def test_a_learner_without_a_profile_has_no_days() -> None:
    stores = await world.open_school()
    enrolled = await stores.progress.by_learners([world.BEN], states=None, courses=None, after=None, first=1)
    [row] = enrolled[world.BEN].rows
    stores = replace(stores, profiles=type(stores.profiles)())
    query = f'{{ enrollment(registration: "{row.registration}") {{ learner {{ streak {FIELDS} }} }} }}'
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, world.admin(), trace=False))
    assert (result.errors, result.data) == (None, {"enrollment": {"learner": {"streak": None}}})
