"""Queries share reads. Mutations, events of subscriptions and the rules see each write at once."""

from dataclasses import replace
from typing import Any

import pytest

from resolvers.context import Context, ExecutorName, Peer
from resolvers.data import access_paths, course_enrollment_paths, course_number_paths, list_paths, streak_paths
from resolvers.data.dataloaders import StorePath
from resolvers.data.student_paths import STUDENTS
from resolvers.data.visible_paths import VISIBLE_ENROLLMENTS, VISIBLE_LEARNERS
from stores.domain.events import Verb
from tests.resolvers import world
from tests.resolvers.data.shared_reads.controlled_reads import Seconds, shared_reads
from tests.resolvers.subscriptions.live_school import (
    ADA_ALGEBRA,
    ADA_BOTANY,
    ADA_ID,
    SCHEMA,
    Subscription,
    open_school,
    progress_updated,
)

MODULES = (access_paths, course_enrollment_paths, course_number_paths, list_paths, streak_paths)
"""The modules that declare paths."""
QUERY = f'{{ learner(id: "{ADA_ID}") {{ displayName }} }}'
ENROLL = f"""mutation {{
  enroll(input: {{learner: "{ADA_ID}", course: "{world.ALGEBRA}"}}) {{ enrollment {{ learner {{ displayName }} }} }}
}}"""


async def names(peer: Peer, operation: str) -> Any:
    result = await SCHEMA.execute(operation, context_value=peer)
    assert result.errors is None
    return result.data


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_only_queries_are_served_what_is_kept(executor: ExecutorName) -> None:
    school = await open_school()
    peer = school.peer(world.admin(), shared=shared_reads(Seconds()), executor=executor)
    assert await names(peer, QUERY) == {"learner": {"displayName": "Ada"}}
    update = progress_updated(f"registration:{ADA_ALGEBRA}", "enrollment { learner { displayName } }")
    subscription = Subscription(await SCHEMA.subscribe(f"subscription {{ {update} }}", context_value=peer))
    assert await subscription.is_silent()
    found = (await school.stores.profiles.by_ids([world.ADA]))[world.ADA]
    # No invalidation: what a query is served now shows which operations read past the cache.
    await school.stores.profiles.replace(replace(found, display_name="Ada L.", version=found.version + 1))
    assert await names(peer, QUERY) == {"learner": {"displayName": "Ada"}}
    assert await names(peer, ENROLL) == {"enroll": {"enrollment": {"learner": {"displayName": "Ada L."}}}}
    await school.record(ADA_ALGEBRA, Verb.COMPLETED, "video")
    assert await subscription.event() == {"enrollment": {"learner": {"displayName": "Ada L."}}}
    await subscription.close()


async def test_rules_read_no_shared_values() -> None:
    """The paths by which rules decide: an instructor sees the students of the courses that they teach."""
    school, shared = await open_school(), shared_reads(Seconds())
    loaders = Context.of(school.peer(world.instructor(world.ALGEBRA))).loaders
    loaders.shared = shared
    assert list(await loaders.load_many(VISIBLE_LEARNERS, [world.ADA, world.BEN], ())) == [world.ADA]
    assert list(await loaders.load_many(STUDENTS, [world.ADA], True)) == [world.ADA]
    assert list(await loaders.load_many(VISIBLE_ENROLLMENTS, [ADA_ALGEBRA, ADA_BOTANY], ())) == [ADA_ALGEBRA]
    assert shared.counts.paths == {}


def test_what_is_never_shared() -> None:
    """Progress, sessions and timelines: every event changes them, and learners see their own events at once."""
    paths = [each for module in MODULES for each in vars(module).values() if isinstance(each, StorePath)]
    shared = {(path.store, path.call) for path in paths if path.shared is not None}
    assert shared == {
        ("profiles", "by_ids"),
        ("catalog", "latest"),
        ("catalog", "versions"),
        ("activity", "by_courses"),
        ("activity", "summaries"),
        ("activity", "completions"),
    }
