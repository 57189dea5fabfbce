"""The outbox: commits for the timeline and for live feeds, and the leases of relays."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from stores.domain.events import Verb
from stores.domain.outbox import LEASE, PARTITIONS, Backlog, Commit, Consumer, apportion, partition_of
from stores.domain.progress import EnrollmentState, ProgressState
from stores.domain.sessions import ResumePoint
from stores.ports.outbox import Outbox
from stores.ports.traceable import Traceable
from tests.backends import Ledger
from tests.stores.learning import C1, CATALOG, done, enroll, enrollment, moment, record
from tests.stores.samples import TRACEPARENT

EVERY = range(PARTITIONS)
R1, R2 = UUID(int=1), UUID(int=2)


async def waiting(outbox: Outbox, consumer: Consumer) -> list[Commit]:
    return list(await outbox.take(consumer, EVERY, most=PARTITIONS * 100))


async def test_each_consumer_gets_its_part_of_a_commit(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    played = done(1, Verb.PAUSED, "video", at=1, progress=0.5, position=61.5, extensions={"n": [1, 2.5, None]})
    viewed = done(2, Verb.VIEWED, "page", at=2)
    began = done(3, Verb.LAUNCHED, "page", at=3, session_id="s1")
    await record(progress, played, viewed, began)

    [timeline] = await waiting(outbox, Consumer.TIMELINE)
    assert timeline.events == (played, viewed, began)
    assert (timeline.progress, timeline.changed, timeline.resume, timeline.voided) == (None, (), None, ())
    [live] = await waiting(outbox, Consumer.LIVE)
    assert live.events == (began,)
    assert live.progress == (await progress.course_progress([R1]))[R1]
    rows = (await progress.item_progress([R1]))[R1]
    assert live.changed == (rows["page"], rows["video"])
    assert live.resume == ResumePoint(registration=R1, item_key="video", position=61.5, at=played.at, id=str(played.id))
    assert (live.learner_id, live.course_key, live.number) == ("u1", "c1", 1)
    assert live.state is EnrollmentState.ACTIVE
    assert live.at == timeline.at
    assert live.at.microsecond % 1000 == 0


async def test_a_commit_has_the_traceparent_of_the_operation_that_made_it(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1), enrollment(2))
    assert isinstance(progress, Traceable)
    traced: Any = progress.in_trace(TRACEPARENT)
    await asyncio.gather(
        record(traced, done(1, Verb.VIEWED, "page")),
        record(progress, done(2, Verb.VIEWED, "page", of=2)),  # in the same transaction, where writers share one
    )
    await record(progress, done(3, Verb.RATED))
    for consumer in Consumer:
        found = {(commit.registration, commit.number): commit.traceparent for commit in await waiting(outbox, consumer)}
        assert found == {(R1, 1): TRACEPARENT, (R1, 2): None, (R2, 1): None}
    assert set(await traced.by_registrations([R1, R2])) == {R1, R2}


async def test_commits_of_a_registration_come_in_order_until_they_are_settled(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1), enrollment(2))
    for number in range(1, 6):
        await record(progress, done(number, Verb.VIEWED, "page", at=number), done(100 + number, Verb.RATED, of=2))
    taken = await waiting(outbox, Consumer.LIVE)
    ours = [commit for commit in taken if commit.registration == R1]
    assert [commit.number for commit in ours] == [1, 2, 3, 4, 5]
    versions = [commit.progress.version for commit in ours if commit.progress is not None]
    assert versions == [1, 2, 3, 4, 5]

    await outbox.settle(Consumer.LIVE, ours[:2])
    await outbox.settle(Consumer.LIVE, ours[:2])
    left = [commit.number for commit in await waiting(outbox, Consumer.LIVE) if commit.registration == R1]
    assert left == [3, 4, 5]
    assert len(await waiting(outbox, Consumer.TIMELINE)) == 10, "each consumer settles its own"


async def test_a_limited_take_begins_with_the_first_commits(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    for number in range(1, 6):
        await record(progress, done(number, Verb.VIEWED, "page", at=number))
    some = await outbox.take(Consumer.TIMELINE, [partition_of(R1)], most=2)
    assert [commit.number for commit in some] == [1, 2]
    assert not await outbox.take(Consumer.TIMELINE, [(partition_of(R1) + 1) % PARTITIONS], most=100)
    assert not await outbox.take(Consumer.TIMELINE, [], most=100)


async def test_a_busy_registration_does_not_starve_others_of_its_partition(ledger: Ledger) -> None:
    progress, outbox = ledger
    busy, *quiet = [number for number in range(1, 500) if partition_of(UUID(int=number)) == partition_of(R1)][:4]
    await enroll(progress, *map(enrollment, [busy, *quiet]))
    ids = iter(range(1, 1000))

    async def view(*numbers: int) -> None:
        for number in numbers:
            await record(progress, done(next(ids), Verb.VIEWED, "page", of=number))

    await view(*[busy] * 5, *quiet)
    served = set[int]()
    for _ in range(8):
        taken = await outbox.take(Consumer.TIMELINE, [partition_of(R1)], most=2)
        assert len(taken) == 2
        await outbox.settle(Consumer.TIMELINE, taken)
        served |= {commit.registration.int for commit in taken}
        await view(busy, busy)
    assert served == {busy, *quiet}


async def test_rejected_and_duplicate_events_make_no_commit(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    event = done(1, Verb.VIEWED, "page")
    await record(progress, event)
    for consumer in Consumer:
        await outbox.settle(consumer, await waiting(outbox, consumer))
    assert await record(progress, event) == ["DUPLICATE"]
    assert await record(progress, done(2, Verb.VIEWED, "nowhere"), done(3, Verb.VIEWED, of=9)) != []
    assert [await waiting(outbox, consumer) for consumer in Consumer] == [[], []]


async def test_a_load_makes_no_outbox_rows_but_counts_as_a_commit(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    await record(progress, done(1, Verb.VIEWED, "page", at=1))
    verdicts = await progress.load([done(2, Verb.COMPLETED, "video", at=2)], items=CATALOG)
    assert [verdict.status.value for verdict in verdicts] == ["ACCEPTED"]
    await record(progress, done(3, Verb.PASSED, "quiz", at=3))
    assert [commit.number for commit in await waiting(outbox, Consumer.TIMELINE)] == [1, 3]
    last = (await waiting(outbox, Consumer.LIVE))[-1]
    assert last.progress is not None
    assert (last.progress.items_done, last.progress.version) == (3, 3)


async def test_a_void_names_its_target_and_resets_the_item(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    kept = done(1, Verb.PLAYED, "video", at=1, position=1.0)
    target = done(2, Verb.PAUSED, "page", at=2, position=5.0)
    await record(progress, kept, target)
    void = done(3, Verb.VOIDED, at=3, voids=target.id)
    await record(progress, void)
    appended, taken_out = await waiting(outbox, Consumer.TIMELINE)
    assert appended.events == (kept, target)
    assert (taken_out.events, taken_out.voided) == ((void,), (target,))
    live = (await waiting(outbox, Consumer.LIVE))[-1]
    assert [(row.item_key, row.state) for row in live.changed] == [("page", ProgressState.NOT_STARTED)]
    assert live.resume is not None
    assert live.resume.id == str(kept.id)
    assert (await progress.resume_points([R1]))[R1].id == str(kept.id)


async def test_an_event_that_is_voided_before_it_arrives_is_not_published(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    target = done(2, Verb.COMPLETED, "page", at=2)
    void = done(1, Verb.VOIDED, at=3, voids=target.id)
    await record(progress, void)
    await record(progress, target)
    commits = await waiting(outbox, Consumer.TIMELINE)
    assert [event for commit in commits for event in commit.events] == [void]
    assert not any(commit.voided for commit in commits)


async def test_a_commit_that_changes_only_activity_is_for_live_too(ledger: Ledger) -> None:
    """Live feeds hint that the activity of a course changed. A void without a target is no activity."""
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    await record(progress, done(1, Verb.RATED, at=9))
    version = (await progress.course_progress([R1]))[R1].version
    await outbox.settle(Consumer.LIVE, await waiting(outbox, Consumer.LIVE))
    await record(progress, done(3, Verb.RATED, at=1))
    await record(progress, done(4, Verb.VOIDED, at=1, voids=UUID(int=77)))
    [live] = await waiting(outbox, Consumer.LIVE)
    assert (live.number, live.events, live.voided, live.progress, live.resume) == (2, (), (), None, None)
    await record(progress, done(5, Verb.VOIDED, at=9, voids=UUID(int=3)))
    assert [commit.number for commit in await waiting(outbox, Consumer.LIVE)] == [2, 4]
    assert (await progress.course_progress([R1]))[R1].version == version


async def test_events_of_commits_have_their_slots(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    events = [done(number, Verb.LAUNCHED, "page", session_id="s1") for number in range(1, 5)]
    verdicts = await progress.record(events, items=CATALOG)
    slots = {verdict.id: verdict.slot for verdict in verdicts}
    void = done(9, Verb.VOIDED, at=1, voids=events[0].id)
    [verdict] = await progress.record([void], items=CATALOG)
    slots[void.id] = verdict.slot
    commits = [commit for consumer in Consumer for commit in await waiting(outbox, consumer)]
    found = [event for commit in commits for event in (*commit.events, *commit.voided)]
    assert len(found) == 5 + 1 + 4 + 1, "in the timeline's and in the live parts"
    assert [event.slot for event in found] == [slots[event.id] for event in found]
    assert None not in slots.values()


async def test_enrolling_and_its_event_are_one_commit(ledger: Ledger) -> None:
    progress, outbox = ledger
    registered = done(1, Verb.REGISTERED)
    results = await progress.record([registered], items=CATALOG, enrollments=[enrollment(1)])
    assert [verdict.status.value for verdict in results] == ["ACCEPTED"]
    [live] = await waiting(outbox, Consumer.LIVE)
    assert (live.number, live.state) == (1, EnrollmentState.ACTIVE)
    assert (await progress.by_registrations([R1]))[R1].enrolled_at == registered.at
    # The pair is taken: the enrolment stays as it is, and the event has nowhere to go.
    other = enrollment(2, learner_id="u1")
    results = await progress.record([done(2, Verb.REGISTERED, of=2)], items=CATALOG, enrollments=[other])
    assert [verdict.code for verdict in results] == ["UNKNOWN_REGISTRATION"]


async def test_an_enrolment_whose_event_is_rejected_is_not_kept(ledger: Ledger) -> None:
    """Two requests enrol with one event id at once: one event, therefore one enrolment."""
    progress, outbox = ledger
    events = [done(1, Verb.REGISTERED, of=1), done(1, Verb.REGISTERED, of=2)]
    results = await progress.record(events, items=CATALOG, enrollments=[enrollment(1), enrollment(2)])
    assert [verdict.code for verdict in results] == [None, "CONFLICT"]
    assert (await progress.by_registrations([R1, R2])).keys() == {R1}
    assert (await progress.course_progress([R1, R2])).keys() == {R1}
    assert await progress.count_by_learners(["u2"], states=None, courses=None) in ({}, {"u2": 0})
    assert await progress.count_by_courses(["c1"], states=None) == {"c1": 1}
    results = await progress.record([done(2, Verb.REGISTERED, of=2)], items=CATALOG, enrollments=[enrollment(2)])
    assert [verdict.code for verdict in results] == [None]
    assert [one.number for one in await waiting(outbox, Consumer.LIVE)] == [1, 1]


async def test_a_withdrawal_publishes_the_state(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    await record(progress, done(1, Verb.REGISTERED, at=1), done(2, Verb.UNREGISTERED, at=2))
    [live] = await waiting(outbox, Consumer.LIVE)
    assert live.state is EnrollmentState.WITHDRAWN


async def test_the_backlog_counts_waiting_commits(ledger: Ledger) -> None:
    progress, outbox = ledger
    assert await outbox.backlog() == dict.fromkeys(Consumer, Backlog())
    await enroll(progress, enrollment(1))
    await record(progress, done(1, Verb.VIEWED, "page"))
    await record(progress, done(2, Verb.VOIDED, voids=UUID(int=77)))
    backlog = await outbox.backlog()
    assert (backlog[Consumer.TIMELINE].waiting, backlog[Consumer.LIVE].waiting) == (2, 1)
    assert backlog[Consumer.TIMELINE].oldest is not None


async def test_a_commit_wakes_the_waiting_relay(ledger: Ledger) -> None:
    progress, outbox = ledger
    await enroll(progress, enrollment(1))
    results = asyncio.create_task(outbox.written())
    await record(progress, done(1, Verb.VIEWED, "page"))
    async with asyncio.timeout(30):
        await results


async def test_a_new_relay_gets_its_share_and_a_leaving_one_releases_all(ledger: Ledger) -> None:
    _, outbox = ledger
    assert await outbox.claim("one") == frozenset(EVERY)
    assert await outbox.claim("two") == frozenset(), "nothing is free yet"
    first, second = await outbox.claim("one"), await outbox.claim("two")
    assert (len(first), len(second)) == (32, 32)
    assert first | second == frozenset(EVERY)
    await outbox.release("one")
    assert await outbox.claim("two") == frozenset(EVERY)
    assert await outbox.claim("two") == frozenset(EVERY)


async def test_partitions_with_a_delivery_under_way_stay_leased(ledger: Ledger) -> None:
    _, outbox = ledger
    await outbox.claim("one")
    assert await outbox.claim("two") == frozenset()
    mine = await outbox.claim("one", keeping=EVERY)
    assert len(mine) == 32, "it begins nothing new with the others"
    assert await outbox.claim("two") == frozenset(), "they are not free yet"
    assert await outbox.claim("one", keeping=[]) == mine
    assert await outbox.claim("two") == frozenset(EVERY) - mine
    assert await outbox.claim("two", keeping=EVERY) == frozenset(EVERY) - mine, "another relay holds these"


async def test_claims_at_once_never_overlap(ledger: Ledger) -> None:
    _, outbox = ledger
    holders = [f"relay {number}" for number in range(4)]
    for _ in range(3):
        shares = await asyncio.gather(*map(outbox.claim, holders))
        assert sum(map(len, shares)) == len(frozenset().union(*shares))
    assert [len(await outbox.claim(holder)) for holder in holders] == [16] * 4


def test_shares_are_equal_and_held_partitions_stay() -> None:
    assert apportion({}, holders=1, me="a") == frozenset(EVERY)
    held = dict.fromkeys(range(60), "a")
    assert apportion(held, holders=3, me="a") == frozenset(range(22))
    assert apportion(held, holders=3, me="b") == frozenset(range(60, 64))
    assert apportion(dict.fromkeys(EVERY, "a"), holders=2, me="b") == frozenset()
    assert LEASE.total_seconds() > 0


def test_partitions_of_registrations_never_change() -> None:
    assert [partition_of(UUID(int=number)) for number in range(4)] == [21, 3, 57, 47]
    spread = {partition_of(UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + n)) for n in range(1000)}
    assert spread == set(EVERY)


async def test_checkpoints_never_move_back(ledger: Ledger) -> None:
    progress, _ = ledger
    await enroll(progress, enrollment(1, pin=C1))
    point = ResumePoint(registration=R1, item_key="video", position=2.5, at=moment(10), device="phone", id="s1")
    later, tied = replace(point, at=moment(20), position=9.0), replace(point, id="s2", position=4.0)
    other = replace(point, registration=R2)
    await progress.checkpoint([])
    await progress.checkpoint([point, other])
    await progress.checkpoint([replace(point, at=moment(5))])
    assert await progress.resume_points([R1, R2]) == {R1: point, R2: other}
    await progress.checkpoint([tied, point])
    assert (await progress.resume_points([R1]))[R1] == tied
    await progress.checkpoint([replace(later, at=moment(90), position=None)])
    await progress.checkpoint([point, later, tied])
    assert (await progress.resume_points([R1]))[R1] == later


async def test_a_certificate_is_revoked_once(ledger: Ledger) -> None:
    progress, _ = ledger
    assert await progress.revoke(R1, at=moment(0), because="cheated") is None
    await enroll(progress, enrollment(1))
    every = [
        done(1, Verb.VIEWED, "page", at=1),
        done(2, Verb.COMPLETED, "video", at=2),
        done(3, Verb.PASSED, "quiz", at=3),
        done(4, Verb.WAIVED, "lab", at=4),
        done(5, Verb.PASSED, "essay", at=5),
    ]
    await record(progress, *every)
    first = await progress.revoke(R1, at=moment(100), because="cheated")
    assert first is not None
    assert (first.revoked_at, first.revoked_because) == (moment(100), "cheated")
    assert await progress.revoke(R1, at=moment(200), because="again") == first
    assert await progress.certificates([R1]) == {R1: first}


async def test_events_are_found_by_id_voided_ones_included(ledger: Ledger) -> None:
    progress, _ = ledger
    await enroll(progress, enrollment(1), enrollment(2))
    events = [
        done(1, Verb.ATTEMPTED, "quiz", score=0.5, extensions={"a": 1.5}),
        done(2, Verb.VOIDED, voids=UUID(int=1)),
        done(3, Verb.VIEWED, "page", of=2),
    ]
    await record(progress, *events)
    found = await progress.ledger([UUID(int=1), UUID(int=3), UUID(int=99)])
    assert found == {UUID(int=1): events[0], UUID(int=3): events[2]}
