"""What every Progress promises of refolding, and of a rebuild of all registrations."""

from dataclasses import replace
from uuid import UUID

import pytest

from stores.domain.events import Verb
from stores.domain.outbox import PARTITIONS, Commit, Consumer
from stores.domain.progress import EnrollmentState
from stores.errors import Rejected
from stores.ports.outbox import Outbox
from stores.ports.progress import Progress
from tests.stores.learning import C1, C2, CATALOG, done, enroll, enrollment, record

R = [UUID(int=number) for number in range(10)]
# The page counts as done only when it is completed: the same events fold to other rows.
STRICTER = {**CATALOG, C2: (replace(CATALOG[C2][0], complete_on_view=False),)}
LENIENT = {**CATALOG, C1: tuple(replace(item, completion_threshold=0.1) for item in CATALOG[C1])}


async def commits(outbox: Outbox, consumer: Consumer) -> list[Commit]:
    return list(await outbox.take(consumer, range(PARTITIONS), most=1_000))


async def settle_all(outbox: Outbox) -> None:
    for consumer in Consumer:
        await outbox.settle(consumer, await commits(outbox, consumer))


async def test_a_refold_of_rows_that_are_right_changes_nothing(ledger: tuple[Progress, Outbox]) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1), enrollment(2))
    await record(
        progress,
        done(1, Verb.TERMINATED, "quiz", session_id="s1", duration_ms=9),
        done(2, Verb.PLAYED, "video", position=2.0, progress=0.5),
        done(3, Verb.VOIDED, voids=R[2]),
    )
    await settle_all(outbox)

    async def rows() -> tuple[object, ...]:
        return await progress.course_progress(R), await progress.item_progress(R), await progress.resume_points(R)

    before = await rows()
    assert await progress.refold([R[1], R[2], R[9], R[1]], items=CATALOG) == 0
    assert await rows() == before
    assert [await commits(outbox, consumer) for consumer in Consumer] == [[], []]
    assert await record(progress, done(4, Verb.PLAYED, "video", session_id="s1", duration_ms=1)) == ["ACCEPTED"]
    [commit] = await commits(outbox, Consumer.LIVE)
    assert commit.number == 2, "a refold that changes nothing is no commit"


async def test_a_refold_that_changes_rows_is_a_commit_for_live(ledger: tuple[Progress, Outbox]) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1), enrollment(2, pin=C2))
    await record(
        progress, done(1, Verb.PROGRESSED, "video", progress=0.5), done(2, Verb.VIEWED, "page", of=2, course_key="c2")
    )
    assert (await progress.by_registrations(R))[R[2]].state is EnrollmentState.COMPLETED
    await settle_all(outbox)
    assert await progress.refold(R, items=LENIENT | {C2: STRICTER[C2]}) == 2
    found = await progress.course_progress(R)
    assert {key.int: (row.items_done, row.version) for key, row in found.items()} == {1: (1, 2), 2: (0, 2)}
    assert (await progress.by_registrations(R))[R[2]].state is EnrollmentState.ACTIVE
    made = {commit.registration: commit for commit in await commits(outbox, Consumer.LIVE)}
    assert {key: commit.progress for key, commit in made.items()} == found
    assert {key.int: [row.item_key for row in commit.changed] for key, commit in made.items()} == {
        1: ["video"],
        2: ["page"],
    }
    assert all(commit.number == 2 and not commit.events for commit in made.values())
    assert await commits(outbox, Consumer.TIMELINE) == []


async def test_a_refold_that_satisfies_the_course_issues_a_certificate(progress: Progress) -> None:
    await progress.enroll([enrollment(1, pin=C2)], items=STRICTER)
    await progress.record([done(1, Verb.VIEWED, "page", course_key="c2")], items=STRICTER)
    assert await progress.certificates(R) == {}
    assert await progress.refold([R[1]], items=CATALOG) == 1
    assert (await progress.certificates(R)).keys() == {R[1]}


async def test_a_refold_needs_the_items_of_the_pinned_version(progress: Progress) -> None:
    await enroll(progress, enrollment(1))
    with pytest.raises(Rejected):
        await progress.refold([R[1]], items={})


async def test_a_rebuild_has_a_position_that_only_moves_forward(progress: Progress) -> None:
    async def batch() -> list[int]:
        return [row.registration.int for row in await progress.rebuild_batch(most=2)]

    await enroll(progress, *(enrollment(number) for number in (3, 1, 5, 2)))
    assert (await progress.rebuild_left(), await batch()) == (None, [])
    await progress.advance_rebuild(R[1])
    assert await progress.rebuild_left() is None
    await progress.start_rebuild()
    assert (await progress.rebuild_left(), await batch()) == (4, [1, 2])
    await progress.advance_rebuild(R[2])
    await progress.start_rebuild()  # one is under way: it continues at its position
    await progress.advance_rebuild(R[1])
    assert (await progress.rebuild_left(), await batch()) == (2, [3, 5])
    await progress.advance_rebuild(R[5])
    assert (await progress.rebuild_left(), await batch()) == (0, [])
    await progress.advance_rebuild(None)
    assert await progress.rebuild_left() is None
    await progress.start_rebuild()
    assert await progress.rebuild_left() == 4
