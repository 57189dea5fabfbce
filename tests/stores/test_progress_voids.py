"""The contract of Progress for voids: the target does not count, whichever arrives first."""

from uuid import UUID

from stores.domain.events import Verb
from stores.domain.progress import ProgressState
from stores.ports.progress import Progress
from tests.stores.learning import attempts, done, enroll, enrollment, record

R = [UUID(int=number) for number in range(5)]


async def test_a_void_takes_its_target_back(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    await record(
        progress, done(1, Verb.PASSED, "quiz", at=1, score=1.0), done(2, Verb.FAILED, "quiz", at=2, position=3.0)
    )
    assert await record(progress, done(3, Verb.VOIDED, voids=UUID(int=1))) == ["ACCEPTED"]
    quiz = (await progress.item_progress([R[1]]))[R[1]]["quiz"]
    assert (quiz.state, quiz.attempts, quiz.best_score) == (ProgressState.FAILED, 1, None)
    assert await attempts(progress) == [(2, 1, "quiz")]
    assert await record(progress, done(4, Verb.VOIDED, voids=UUID(int=2))) == ["ACCEPTED"]
    assert await progress.item_progress([R[1]]) == {}
    assert await attempts(progress) == []
    assert await progress.resume_points([R[1]]) == {}
    assert (await progress.course_progress([R[1]]))[R[1]].last_activity_at is None


async def test_a_void_may_come_before_its_target(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    assert await record(progress, done(3, Verb.VOIDED, voids=UUID(int=1))) == ["ACCEPTED"]
    passed = done(1, Verb.PASSED, "quiz", position=1.0)
    assert await record(progress, passed) == ["ACCEPTED"]
    assert await record(progress, passed) == ["DUPLICATE"]
    assert await progress.item_progress([R[1]]) == {}
    assert await progress.resume_points([R[1]]) == {}
    assert await attempts(progress) == []


async def test_a_void_may_come_with_its_target(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    void, passed = done(3, Verb.VOIDED, voids=UUID(int=1)), done(1, Verb.PASSED, "quiz")
    assert await record(progress, void, passed, done(2, Verb.VIEWED, "page")) == ["ACCEPTED"] * 3
    assert (await progress.item_progress([R[1]]))[R[1]].keys() == {"page"}


async def test_a_void_of_a_void_has_no_effect(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    outcomes = await record(
        progress,
        done(1, Verb.PASSED, "quiz"),
        done(2, Verb.VOIDED, voids=UUID(int=1)),
        done(3, Verb.VOIDED, voids=UUID(int=2)),
    )
    assert outcomes == ["ACCEPTED"] * 3
    assert await progress.item_progress([R[1]]) == {}


async def test_a_void_reaches_its_own_registration_only(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))
    early = done(1, Verb.VOIDED, of=2, voids=UUID(int=3))
    assert await record(progress, early) == ["ACCEPTED"]
    passed = done(3, Verb.PASSED, "quiz")
    assert await record(progress, passed) == ["ACCEPTED"]
    assert await attempts(progress) == [(3, 1, "quiz")]
    assert await record(progress, done(4, Verb.VOIDED, of=2, voids=UUID(int=3))) == ["INVALID_VOID"]
    assert await record(progress, done(5, Verb.VOIDED, of=2, voids=UUID(int=6)), done(6, Verb.PASSED, "quiz")) == [
        "INVALID_VOID",
        "ACCEPTED",
    ]
    assert (await progress.item_progress([R[1]]))[R[1]]["quiz"].attempts == 2
    # A later fold of the target's registration is not misled either.
    await record(progress, done(7, Verb.VOIDED, voids=UUID(int=6)))
    assert (await progress.item_progress([R[1]]))[R[1]]["quiz"].attempts == 1


async def test_voided_events_are_reported(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2))
    before, after, kept = (done(number, Verb.VIEWED, "page") for number in (1, 2, 3))
    void, again = done(5, Verb.VOIDED, voids=before.id), done(6, Verb.VOIDED, voids=after.id)
    others = done(7, Verb.VOIDED, of=2, voids=UUID(int=4))
    await record(progress, before, void, again, others, done(8, Verb.VOIDED, voids=void.id))
    late = done(4, Verb.VIEWED, "page")
    await record(progress, after, kept, late)
    asked = [before, after, kept, late, void, again, done(99, Verb.VIEWED)]
    assert set(await progress.voided(asked)) == {before.id, after.id}
    assert set(await progress.voided([])) == set()
