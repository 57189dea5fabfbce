"""submitAttempt and setItemProgress: each records one event and returns the progress after it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from resolvers.types.scalars import show_time
from resolvers.viewer import Viewer
from stores.domain.events import Verb
from stores.errors import Unavailable
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore
from tests.resolvers.school import IN_ALGEBRA, School, service, uuid

PARTS = "item { itemKey state completion attempts bestScore item { title } } progress { completion itemsDone version }"
SUBMIT = f"""mutation ($input: SubmitAttemptInput!) {{ submitAttempt(input: $input) {{
  {PARTS} errors {{ code path }} }} }}"""
SET = f"""mutation ($input: SetItemProgressInput!) {{ setItemProgress(input: $input) {{
  {PARTS} errors {{ code path }} }} }}"""
QUIZ = {"id": uuid(1), "registration": IN_ALGEBRA, "itemKey": "quiz"}
VIDEO = {"id": uuid(1), "registration": IN_ALGEBRA, "itemKey": "video", "progress": 0.95}


def faults(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def test_an_attempt_is_recorded_and_the_progress_returned(school: School) -> None:
    given = {**QUIZ, "score": 0.8, "durationSeconds": 1.5, "extensions": {"http://x/try": 1}}
    payload = await school.write(SUBMIT, given, world.instructor(world.ALGEBRA))
    item = {"itemKey": "quiz", "state": "PASSED", "completion": 1, "attempts": 1, "bestScore": 0.8}
    assert payload["errors"] == []
    assert payload["item"] == {**item, "item": {"title": "Answer"}}
    assert payload["progress"]["itemsDone"] == 2
    (event,) = await school.kept(1)
    assert (event.verb, event.item_key, event.at) == (Verb.ATTEMPTED, "quiz", world.NOW)
    assert (event.score, event.success, event.duration_ms, event.extensions) == (0.8, None, 1500, {"http://x/try": 1})


async def test_progress_is_recorded_and_never_decreases(school: School) -> None:
    payload = await school.write(SET, VIDEO, world.learner())
    assert (payload["errors"], payload["item"]["state"], payload["item"]["completion"]) == ([], "COMPLETED", 1)
    (event,) = await school.kept(1)
    assert (event.verb, event.progress) == (Verb.PROGRESSED, 0.95)
    less = await school.write(SET, {**VIDEO, "id": uuid(2), "progress": 0.1}, world.learner())
    assert less["item"] == payload["item"]


async def test_a_voided_attempt_returns_the_item_as_not_started(school: School) -> None:
    """The void is recorded before the attempt."""
    void = (
        """mutation ($input: RecordInteractionsInput!) { recordInteractions(input: $input) { results { status } } }"""
    )
    early = {"id": uuid(2), "registration": IN_ALGEBRA, "verb": "VOIDED", "voids": uuid(1), "at": show_time(world.NOW)}
    await school.write(void, {"events": [early]})
    payload = await school.write(SUBMIT, {**QUIZ, "score": 0.8}, world.instructor(world.ALGEBRA))
    assert payload["errors"] == []
    assert (payload["item"]["itemKey"], payload["item"]["state"], payload["item"]["attempts"]) == (
        "quiz",
        "NOT_STARTED",
        0,
    )


@pytest.mark.parametrize(("query", "given"), [(SUBMIT, {**QUIZ, "score": 0.3}), (SET, VIDEO)])
async def test_a_later_repetition_with_the_same_id_changes_nothing(school: School, query: str, given: Any) -> None:
    first = await school.write(query, given)
    later = replace(
        world.peer_of(school.stores, world.admin(), trace=False), now=lambda: world.NOW + timedelta(hours=1)
    )
    assert await school.write(query, given, peer=later) == first
    without = {name: value for name, value in given.items() if name != "id"}
    again = await school.write(query, without)
    assert int(again["progress"]["version"]) == int(first["progress"]["version"]) + (query is SUBMIT)


@pytest.mark.parametrize(
    ("query", "given", "fault"),
    [
        (SUBMIT, {**QUIZ, "score": 1.1}, ("BAD_USER_INPUT", "input.score")),
        (SUBMIT, {**QUIZ, "durationSeconds": -1}, ("BAD_USER_INPUT", "input.durationSeconds")),
        (SUBMIT, {**QUIZ, "durationSeconds": 1e300}, ("BAD_USER_INPUT", "input.durationSeconds")),
        (SUBMIT, {**QUIZ, "extensions": [1]}, ("BAD_USER_INPUT", "input.extensions")),
        (SUBMIT, {**QUIZ, "itemKey": ""}, ("BAD_USER_INPUT", "input.itemKey")),
        (SUBMIT, {**QUIZ, "itemKey": "nothing"}, ("UNKNOWN_ITEM", "input.itemKey")),
        (SUBMIT, {**QUIZ, "at": "1999-01-01T00:00:00Z"}, ("BAD_USER_INPUT", "input.at")),
        (SET, {**VIDEO, "progress": -0.1}, ("BAD_USER_INPUT", "input.progress")),
        (SET, {**VIDEO, "itemKey": "a\0"}, ("BAD_USER_INPUT", "input.itemKey")),
        (SET, {**VIDEO, "itemKey": "nothing"}, ("UNKNOWN_ITEM", "input.itemKey")),
        (SET, {**VIDEO, "at": show_time(world.NOW + timedelta(minutes=6))}, ("BAD_USER_INPUT", "input.at")),
        (SET, {**VIDEO, "registration": uuid(99)}, ("UNKNOWN_REGISTRATION", "input.registration")),
    ],
)
async def test_faults_have_a_code_and_a_path(school: School, query: str, given: Any, fault: Any) -> None:
    payload = await school.write(query, given)
    assert (payload["item"], payload["progress"], faults(payload)) == (None, None, [fault])
    assert await school.kept(1) == []


async def test_the_id_of_another_event_is_a_conflict(school: School) -> None:
    assert (await school.write(SUBMIT, {**QUIZ, "score": 0.3}))["errors"] == []
    assert faults(await school.write(SUBMIT, {**QUIZ, "score": 0.4})) == [("CONFLICT", "input.id")]
    assert faults(await school.write(SET, VIDEO)) == [("CONFLICT", "input.id")]


@pytest.mark.parametrize(
    ("viewer", "may"),
    [
        (world.learner(), True),
        (world.learner(world.BEN), False),
        (world.instructor(world.ALGEBRA), True),
        (world.instructor(world.BOTANY), False),
        (service("events:write"), True),
        (service(), False),
    ],
)
@pytest.mark.parametrize(("query", "given"), [(SUBMIT, QUIZ), (SET, VIDEO)])
async def test_permissions(school: School, viewer: Viewer, may: bool, query: str, given: Any) -> None:
    payload = await school.write(query, given, viewer)
    assert faults(payload) == ([] if may else [("FORBIDDEN", "input.registration")])
    assert len(await school.kept(1)) == may


@pytest.mark.parametrize("down", ["catalog", "progress"])
async def test_a_store_failure_records_nothing(school: School, down: str) -> None:
    broken = School(replace(school.stores, **{down: BrokenStore(lambda: Unavailable(down, "refused"))}))
    payload = await broken.write(SUBMIT, QUIZ, world.learner())
    assert faults(payload) == [("STORE_UNAVAILABLE", "")]
    assert await school.kept(1) == []
