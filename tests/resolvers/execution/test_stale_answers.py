"""Answers while a store fails: what is served, how it is marked, and what is never stale."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from resolvers.context import ExecutorName, Peer
from resolvers.data import (
    access_paths,
    course_enrollment_paths,
    course_number_paths,
    list_paths,
    streak_paths,
    student_paths,
)
from resolvers.data.dataloaders import StorePath
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.schema import build_subgraph
from resolvers.viewer import Viewer
from stores.domain.events import Verb
from tests.resolvers import world
from tests.resolvers.data.shared_reads.controlled_reads import PLENTY, Seconds
from tests.resolvers.federation.subgraph import ENTITIES, learner
from tests.resolvers.subscriptions.live_school import (
    ADA_ALGEBRA,
    ADA_BOTANY,
    ADA_ID,
    BEN_BOTANY,
    SCHEMA,
    FailingStore,
    Subscription,
    open_school,
    progress_updated,
)

MODULES = (access_paths, course_enrollment_paths, course_number_paths, list_paths, streak_paths)
"""The modules that declare paths."""
ME = "{ me { enrollments { edges { node { progress { completion } } } } } }"
ENROLLMENT = f'{{ enrollment(registration: "{ADA_ALGEBRA}") {{ state }} }}'
GRID = f"""{{ enrollments(course: "{world.BOTANY}") {{
  edges {{ node {{ state learner {{ learnerId timeZone }} progress {{ completion }} }} }} }} }}"""
WRITE = f"""mutation {{ setItemProgress(input: {{registration: "{ADA_BOTANY}", itemKey: "extra", progress: 0.5}}) {{
  errors {{ code }} enrollment {{ learner {{ displayName }} }} }} }}"""
EXECUTORS = pytest.mark.parametrize("executor", ["compiled", "reference"])


class School:
    """The school behind stores that may fail, and the last good values of its gateway, whose clock the test moves."""

    def __init__(self, school: Any, executor: ExecutorName) -> None:
        self.school = school
        self.stores: dict[str, FailingStore] = school.stores.by_name()
        self.clock = Seconds()
        self.last_good = LastGood(most_bytes=PLENTY, longest=timedelta(minutes=10), clock=self.clock)
        self._executor = executor

    def peer(self, viewer: Viewer, *, max_age: timedelta | None = None) -> Peer:
        peer: Peer = self.school.peer(viewer, last_good=self.last_good, max_age=max_age, executor=self._executor)
        return replace(peer, trace=False)

    async def ask(
        self, query: str, viewer: Viewer | None = None, *, max_age: timedelta | None = None, schema: Any = SCHEMA
    ) -> Any:
        return await schema.execute(query, context_value=self.peer(viewer or world.admin(), max_age=max_age))

    def take_down(self, *names: str) -> None:
        for name in names:
            self.stores[name].take_down(name)


async def school_of(executor: ExecutorName) -> School:
    ports = ("profiles", "catalog", "progress", "activity", "sessions")
    instead: dict[str, Callable[[Any], Any]] = dict.fromkeys(ports, FailingStore)
    return School(await open_school(**instead), executor)


def sources(result: Any) -> Any:
    return (result.extensions or {}).get("sources")


def codes(result: Any) -> list[str]:
    return [error.extensions["code"] for error in result.errors or []]


@EXECUTORS
async def test_enrolments_and_their_progress_are_served_while_the_store_is_down(executor: ExecutorName) -> None:
    school = await school_of(executor)
    live = await school.ask(ME, world.learner())
    assert live.errors is None
    assert sources(live) is None
    school.take_down("progress")
    school.clock.now += 12.5
    stale = await school.ask(ME, world.learner())
    assert (stale.data, stale.errors) == (live.data, None)
    assert sources(stale) == [{"store": "progress", "state": "STALE", "ageMs": 12_500}]
    school.stores["progress"].error = None
    assert sources(await school.ask(ME, world.learner())) is None


@EXECUTORS
async def test_profiles_courses_items_and_summaries_are_served(executor: ExecutorName) -> None:
    school = await school_of(executor)
    query = f"""{{
      learner(id: "{ADA_ID}") {{ displayName enrollments {{ edges {{ node {{
        items(first: 5) {{ edges {{ node {{ state }} }} }} course {{ title }}
      }} }} }} }}
      course(key: "{world.ALGEBRA}") {{ title summary {{ active }} }}
    }}"""
    live = await school.ask(query)
    school.take_down("profiles", "catalog", "progress", "activity")
    school.school.clock.forward(timedelta(minutes=5))  # a summary is as of the minute
    stale = await school.ask(query)
    assert (live.errors, stale.errors) == (None, None)
    assert stale.data == live.data
    assert {each["store"]: each["state"] for each in sources(stale)} == dict.fromkeys(
        ("profiles", "catalog", "progress", "activity"), "STALE"
    )


@EXECUTORS
async def test_lists_are_served_until_one_of_their_records_is_written(executor: ExecutorName) -> None:
    school = await school_of(executor)
    query = (
        "{ courses(first: 1) { edges { node { key title } } } learners(first: 1) { edges { node { displayName } } } }"
    )
    live = await school.ask(query)
    school.take_down("profiles", "catalog")
    stale = await school.ask(query)
    assert (stale.data, stale.errors) == (live.data, None)
    school.clock.now += 1
    school.last_good.drop("catalog", ["another"])
    written = await school.ask(query)
    assert written.data == {"courses": None, "learners": live.data["learners"]}


@EXECUTORS
async def test_a_store_without_a_last_good_value_is_down(executor: ExecutorName) -> None:
    school = await school_of(executor)
    query = f'{{ learner(id: "{ADA_ID}") {{ displayName presence {{ status }} }} {ENROLLMENT[1:]}'
    await school.ask(f'{{ learner(id: "{ADA_ID}") {{ displayName }} }}')
    school.take_down("sessions", "progress")
    result = await school.ask(query)
    assert result.data == {"learner": {"displayName": "Ada", "presence": None}, "enrollment": None}
    assert codes(result) == ["STORE_UNAVAILABLE", "STORE_UNAVAILABLE"]
    assert sources(result) == [
        {"store": "profiles", "state": "LIVE", "ageMs": 0},
        {"store": "progress", "state": "DOWN", "ageMs": None},
        {"store": "sessions", "state": "DOWN", "ageMs": None},
    ]


@EXECUTORS
async def test_a_client_refuses_values_that_are_too_old_for_it(executor: ExecutorName) -> None:
    school = await school_of(executor)
    asked = timedelta(seconds=10)
    fresh = await school.ask(ENROLLMENT, max_age=asked)
    assert sources(fresh) == [{"store": "progress", "state": "LIVE", "ageMs": 0}]
    school.take_down("progress")
    school.clock.now += 10
    assert (await school.ask(ENROLLMENT, max_age=asked)).data == fresh.data
    school.clock.now += 1
    refused = await school.ask(ENROLLMENT, max_age=asked)
    assert refused.data == {"enrollment": None}
    assert [dict(error.extensions) for error in refused.errors] == [
        {"code": "STALE_REFUSED", "store": "progress", "ageMs": 11_000}
    ]
    assert sources(refused) == [{"store": "progress", "state": "DOWN", "ageMs": None}]


@EXECUTORS
async def test_further_pages_are_not_kept(executor: ExecutorName) -> None:
    school = await school_of(executor)
    query = "query ($after: String) { me { enrollments(first: 1, after: $after) { edges { cursor node { state } } } } }"
    peer = school.peer(world.learner())
    first = await SCHEMA.execute(query, context_value=peer)
    after = {"after": first.data["me"]["enrollments"]["edges"][0]["cursor"]}  # type: ignore[index]
    assert (await SCHEMA.execute(query, variable_values=after, context_value=peer)).errors is None
    school.take_down("progress")
    assert codes(await SCHEMA.execute(query, context_value=peer)) == []
    assert codes(await SCHEMA.execute(query, variable_values=after, context_value=peer)) == ["STORE_UNAVAILABLE"]


@EXECUTORS
async def test_rules_are_not_decided_by_stale_values(executor: ExecutorName) -> None:
    """Ben was active when the page was read: his instructor saw his time zone. Whether he is still cannot be known."""
    school = await school_of(executor)
    teacher = world.instructor(world.BOTANY)
    by_learner = {row["node"]["learner"]["learnerId"]: row["node"] for row in await rows_of(school, teacher)}
    assert by_learner[world.ADA]["learner"]["timeZone"] == "Europe/Berlin"
    school.take_down("progress")
    stale = await school.ask(GRID, teacher)
    rows = [each["node"] for each in stale.data["enrollments"]["edges"]]
    assert [(row["state"], row["progress"]) for row in rows] == [
        (by_learner[row["learner"]["learnerId"]]["state"], by_learner[row["learner"]["learnerId"]]["progress"])
        for row in rows
    ]
    assert [row["learner"]["timeZone"] for row in rows] == [None, None]
    assert set(codes(stale)) == {"STORE_UNAVAILABLE"}


async def rows_of(school: School, viewer: Viewer) -> Any:
    return (await school.ask(GRID, viewer)).data["enrollments"]["edges"]


@EXECUTORS
async def test_an_instructor_is_not_let_in_by_an_enrolment_of_before(executor: ExecutorName) -> None:
    school = await school_of(executor)
    query = f'{{ learner(id: "{ADA_ID}") {{ displayName }} }}'
    assert (await school.ask(query, world.instructor(world.ALGEBRA))).errors is None
    school.take_down("progress")
    result = await school.ask(query, world.instructor(world.ALGEBRA))
    assert result.data == {"learner": None}
    assert codes(result) == ["STORE_UNAVAILABLE"]


@EXECUTORS
async def test_the_policy_applies_to_what_is_served(executor: ExecutorName) -> None:
    """Values are kept for all viewers: one who may not see them does not see them while the store is down either."""
    school = await school_of(executor)
    await school.ask(ENROLLMENT)
    school.take_down("progress")
    for viewer in (world.learner(world.BEN), world.instructor(world.BOTANY)):
        result = await school.ask(ENROLLMENT, viewer)
        assert result.data == {"enrollment": None}
        assert codes(result) == ["FORBIDDEN"]
    assert (await school.ask(ENROLLMENT, world.learner())).errors is None


@EXECUTORS
async def test_mutations_and_live_events_are_served_nothing(executor: ExecutorName) -> None:
    school = await school_of(executor)
    query = f'{{ learner(id: "{ADA_ID}") {{ displayName }} }}'
    assert (await school.ask(query)).data == {"learner": {"displayName": "Ada"}}
    update = progress_updated(f"registration:{ADA_BOTANY}", "enrollment { learner { displayName } }")
    peer = school.peer(world.admin())
    subscription = Subscription(await SCHEMA.subscribe(f"subscription {{ {update} }}", context_value=peer))
    assert await subscription.is_silent()
    school.take_down("profiles")
    await school.school.record(ADA_BOTANY, Verb.VIEWED, "page")
    event = await subscription.result()
    assert event.data["progressUpdated"]["enrollment"]["learner"] == {"displayName": None}
    assert codes(event) == ["STORE_UNAVAILABLE"]
    await subscription.close()
    written = await school.ask(WRITE)
    assert codes(written) == ["STORE_UNAVAILABLE"]
    assert {"store": "profiles", "state": "DOWN", "ageMs": None} in sources(written)
    assert (await school.ask(query)).data == {"learner": {"displayName": "Ada"}}


@EXECUTORS
async def test_entities_are_served(executor: ExecutorName) -> None:
    school = await school_of(executor)
    subgraph = build_subgraph()
    given = {"representations": [learner(world.ADA), {"__typename": "Enrollment", "registration": str(BEN_BOTANY)}]}
    peer = school.peer(world.admin())
    live = await subgraph.execute(ENTITIES, variable_values=given, context_value=peer)
    school.take_down("profiles", "progress")
    stale = await subgraph.execute(ENTITIES, variable_values=given, context_value=peer)
    assert (stale.data, stale.errors) == (live.data, None)
    assert [each["state"] for each in sources(stale)] == ["STALE", "STALE"]


def test_what_is_kept_for_failures() -> None:
    paths = [each for module in MODULES for each in vars(module).values() if isinstance(each, StorePath)]
    kept = {(path.store, path.call) for path in paths if path.last_good is not None}
    assert kept == {
        ("profiles", "by_ids"),
        ("profiles", "page"),
        ("catalog", "page"),
        ("catalog", "latest"),
        ("catalog", "versions"),
        ("progress", "by_registrations"),
        ("progress", "by_learners"),
        ("progress", "by_courses"),
        ("progress", "course_progress"),
        ("progress", "item_progress"),
        ("activity", "summaries"),
    }
    assert student_paths.CURRENT_ENROLLMENTS.last_good is None
