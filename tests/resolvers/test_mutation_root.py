"""Mutations of one store each: FORBIDDEN and store failures are errors of the payload."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from resolvers.viewer import Role, Viewer
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.mutations.test_courses import PUBLISH, course, item
from tests.resolvers.mutations.test_learners import CREATE, NEW, UPDATE
from tests.resolvers.mutations.test_sessions import BEAT, END
from tests.resolvers.queries import BrokenStore
from tests.resolvers.school import ADA_ID, BEN_ID, IN_ALGEBRA, School


@pytest.mark.parametrize(
    ("query", "given", "viewer"),
    [
        (UPDATE, {"id": BEN_ID, "displayName": "X"}, world.learner()),
        (UPDATE, {"id": ADA_ID, "displayName": "X"}, world.instructor(world.ALGEBRA)),
        (UPDATE, {"id": "TGVhcm5lcjpub2JvZHk=", "displayName": "X"}, world.admin()),
        (CREATE, NEW, world.learner()),
        (PUBLISH, course(item("a")), world.instructor("course-v1:Q+New+1")),
        (BEAT, {"registration": IN_ALGEBRA}, world.learner(world.BEN)),
        (BEAT, {"registration": IN_ALGEBRA}, world.admin()),
        (BEAT, {"registration": "00000000-0000-0009-0000-000000000000"}, world.learner()),
        (BEAT, {"registration": IN_ALGEBRA}, Viewer(subject=world.ADA, role=Role.SERVICE)),
        (END, {"sessionId": "s"}, Viewer(subject=world.ADA, role=Role.SERVICE)),
    ],
)
async def test_another_learners_and_unknown_records_are_forbidden(
    school: School, query: str, given: dict[str, Any], viewer: Viewer
) -> None:
    payload = await school.write(query, given, viewer)
    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
    profile = (await school.stores.profiles.by_ids([world.ADA]))[world.ADA]
    assert (profile.display_name, profile.version) == ("Ada", 1)


@pytest.mark.parametrize(
    ("down", "query", "given", "viewer"),
    [
        ("profiles", CREATE, NEW, world.admin()),
        ("profiles", UPDATE, {"id": ADA_ID, "displayName": "X"}, world.admin()),
        ("catalog", PUBLISH, course(item("a")), world.admin()),
        ("sessions", BEAT, {"registration": IN_ALGEBRA}, world.learner()),
        ("progress", BEAT, {"registration": IN_ALGEBRA}, world.learner()),
        ("sessions", END, {"sessionId": "s"}, world.learner()),
    ],
)
async def test_a_store_failure_is_an_error_of_the_payload(
    school: School, down: str, query: str, given: dict[str, Any], viewer: Viewer
) -> None:
    fault: Callable[[], Exception] = lambda: Unavailable(down, "redis://:hunter2@cache refused")  # noqa: E731
    broken = School(replace(school.stores, **{down: BrokenStore(fault)}))
    payload = await broken.write(query, given, viewer)
    assert [error["code"] for error in payload["errors"]] == ["STORE_UNAVAILABLE"]
    assert "hunter2" not in str(payload)
