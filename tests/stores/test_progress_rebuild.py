"""What every Progress promises of refolding, and of a rebuild of all registrations."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from stores.domain.calendar import Span
from stores.domain.events import Event, Verb
from stores.domain.outbox import PARTITIONS, Commit, Consumer
from stores.domain.progress import EnrollmentState
from stores.domain.rebuilds import Rebuild, pass_spans
from stores.errors import Rejected
from stores.ports.outbox import Outbox
from stores.ports.progress import Progress
from tests.stores.learning import C1, C2, CATALOG, done, enroll, enrollment, moment, record

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
    timeline = Rebuild.TIMELINE
    assert await progress.rebuild_position(timeline) is None
    await progress.start_rebuild(timeline)
    start = await progress.rebuild_position(timeline)
    assert start is not None
    assert (start.number, start.after) == (0, None)
    steps = [(0, 2, True), (0, 1, False), (0, 5, True), (1, None, True), (0, 9, False), (1, 3, True), (1, None, False)]
    kept = start
    for number, after, moves in steps:
        step = replace(start, number=number, after=None if after is None else R[after])
        await progress.advance_rebuild(timeline, step)
        await progress.start_rebuild(timeline)  # it is under way: it continues at its position
        kept = step if moves else kept
        assert await progress.rebuild_position(timeline) == kept


@pytest.mark.parametrize("ended", Rebuild)
async def test_rebuilds_are_independent(progress: Progress, ended: Rebuild) -> None:
    for rebuild in Rebuild:
        await progress.start_rebuild(rebuild)
    position = await progress.rebuild_position(ended)
    assert position is not None
    await progress.advance_rebuild(ended, replace(position, after=R[1]))
    others = [await progress.rebuild_position(rebuild) for rebuild in Rebuild if rebuild is not ended]
    assert [one.after for one in others if one is not None] == [None, None]
    await progress.advance_rebuild(ended, None)
    await progress.advance_rebuild(ended, replace(position, after=R[1]))  # it is not under way
    assert {rebuild: await progress.rebuild_position(rebuild) is None for rebuild in Rebuild} == {
        rebuild: rebuild is ended for rebuild in Rebuild
    }


async def test_a_position_of_an_earlier_rebuild_does_not_move_the_next_one(progress: Progress) -> None:
    await progress.start_rebuild(Rebuild.ACTIVITY)
    position = await progress.rebuild_position(Rebuild.ACTIVITY)
    assert position is not None
    earlier = replace(position, started_at=position.started_at - timedelta(seconds=1), after=R[5])
    await progress.advance_rebuild(Rebuild.ACTIVITY, earlier)
    assert await progress.rebuild_position(Rebuild.ACTIVITY) == position


async def test_enrolments_are_read_in_order_and_counted(progress: Progress) -> None:
    async def after(number: int | None) -> tuple[list[int], int]:
        key = None if number is None else R[number]
        rows = await progress.enrollments_after(key, most=2)
        assert all(row == found[row.registration] for row in rows)
        return [row.registration.int for row in rows], await progress.count_enrollments(after=key)

    found = await progress.by_registrations(R)
    assert await after(None) == ([], 0)
    await enroll(progress, *(enrollment(number) for number in (3, 1, 5, 2)), enrollment(4, pin=C2))
    found = await progress.by_registrations(R)
    assert await after(None) == ([1, 2], 5)
    assert await after(2) == ([3, 4], 3)
    assert await after(4) == ([5], 1)
    assert await after(5) == ([], 0)


async def test_live_events_are_those_of_the_span_without_voided_ones(progress: Progress) -> None:
    await enroll(progress, enrollment(1), enrollment(2, pin=C2), enrollment(3))
    early, start, gone, last = (done(number, Verb.PLAYED, "video", at=number) for number in range(1, 5))
    void = done(5, Verb.VOIDED, at=100, voids=gone.id)
    void_of_void = done(6, Verb.VOIDED, at=3, voids=void.id)
    other = done(7, Verb.VIEWED, "page", of=2, course_key="c2", at=3.5)
    unasked = done(8, Verb.VIEWED, "page", of=3, at=3)
    events = [early, start, gone, last, void, void_of_void, other, unasked]
    verdicts = await progress.record(events, items=CATALOG)
    slots = {verdict.id: verdict.slot for verdict in verdicts}

    async def live(start: datetime, end: datetime, *registrations: UUID) -> list[Event]:
        rows = await progress.live_events(registrations, span=Span(start, end))
        assert all(row.slot == slots[row.id] for row in rows)
        return sorted(rows, key=lambda row: row.id)

    assert await live(start.at, last.at, R[1], R[1], R[2], R[9]) == [start, void_of_void, other]
    assert await live(start.at, last.at) == []
    spans = pass_spans(Rebuild.TIMELINE, moment(0))
    whole = [event for start, end in spans for event in await live(start, end, *R)]
    assert sorted(whole, key=lambda row: row.id) == [row for row in events if row != gone]
