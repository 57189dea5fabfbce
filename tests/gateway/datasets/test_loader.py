"""The loader: idempotent, complete after an interruption, and strict about courses and events."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from gateway.datasets.dataset import Dataset
from gateway.datasets.load_counts import LoadCounts
from gateway.datasets.loader import load
from gateway.datasets.oulad.dataset import read_oulad
from gateway.datasets.publishing import BadCourse
from gateway.runtime.store_retry import RETRY_FOR_A_MINUTE, StoreGaveUp, StoreRetry
from stores.batches import LOADED_EVENTS
from stores.domain.catalog import CourseVersion
from stores.domain.events import Event, Verb
from stores.domain.sessions import Heartbeat
from stores.errors import Unavailable
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores
from tests.gateway.datasets.small_oulad import write
from tests.gateway.memory_stores import memory_stores

NOW = datetime(2026, 1, 5, tzinfo=UTC)
AAA = "course-v1:OU+AAA+2013J"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return read_oulad(write(tmp_path))


@pytest.fixture
def stores() -> Stores:
    return memory_stores(lambda: NOW)


async def loaded(dataset: Dataset, stores: Stores, *, retry: StoreRetry = RETRY_FOR_A_MINUTE) -> dict[str, LoadCounts]:
    written = await load(dataset, stores, now=lambda: NOW, retry=retry)
    return {each.kind: each for each in written}


async def everything(dataset: Dataset, stores: Stores) -> object:
    """What the stores have of the dataset."""
    learners = [profile.learner_id for profile in dataset.profiles]
    registrations = [row.registration for row in dataset.enrollments]
    return (
        await stores.profiles.by_ids(learners),
        await stores.catalog.latest([course.key for course in dataset.courses]),
        await stores.progress.by_registrations(registrations),
        await stores.progress.item_progress(registrations),
        await stores.progress.course_progress(registrations),
        await stores.timeline.by_learners(learners, span=None, verbs=None, courses=None, after=None, first=1000),
    )


async def test_a_repeated_load_changes_nothing(dataset: Dataset, stores: Stores) -> None:
    first = await loaded(dataset, stores)
    before = await everything(dataset, stores)
    again = await loaded(dataset, stores)
    assert await everything(dataset, stores) == before
    new = {what: (written.given, written.new, written.known) for what, written in first.items()}
    known = {what: (written.given, written.new, written.known) for what, written in again.items()}
    assert new == {
        "courses": (2, 2, 0),
        "profiles": (3, 3, 0),
        "enrollments": (4, 4, 0),
        "events": (15, 15, 0),
        "timeline events": (15, None, None),
        "heartbeats": (0, None, None),
    }
    assert known == {
        **new,
        "courses": (2, 0, 2),
        "profiles": (3, 0, 3),
        "enrollments": (4, 0, 4),
        "events": (15, 0, 15),
    }


async def test_a_repeated_load_does_not_restore_voided_events(dataset: Dataset, stores: Stores) -> None:
    await loaded(dataset, stores)
    target = next(event for event in dataset.events if event.verb is Verb.INTERACTED)
    [course] = await stores.catalog.versions([CourseVersion(target.course_key, 1)])
    items = {pin: made.items for pin, made in (await stores.catalog.versions([course])).items()}
    void = voiding(target, 1)
    assert [verdict.code for verdict in await stores.progress.record([void], items=items)] == [None]
    await stores.timeline.void([*(await stores.progress.ledger([target.id])).values()])  # as the relay does
    before = await everything(dataset, stores)
    await loaded(dataset, stores)
    assert await everything(dataset, stores) == before


def voiding(target: Event, number: int) -> Event:
    return replace(target, id=UUID(int=number), verb=Verb.VOIDED, item_key=None, voids=target.id, extensions={})


@pytest.mark.parametrize("apart", [0, LOADED_EVENTS], ids=["one batch", "two batches"])
@pytest.mark.parametrize("void_first", [True, False], ids=["void first", "target first"])
async def test_a_void_of_the_dataset_removes_its_target(
    dataset: Dataset, stores: Stores, apart: int, void_first: bool
) -> None:
    """`apart`: events between the two."""
    first, target, *rest = (event for event in dataset.events if event.verb is Verb.INTERACTED)
    others = [replace(first, id=UUID(int=1_000 + number)) for number in range(apart)]
    pair = [voiding(target, 1), target] if void_first else [target, voiding(target, 1)]
    await loaded(replace(dataset, events=[pair[0], *others, pair[1], *rest]), stores)
    pages = await stores.timeline.by_learners(
        [target.learner_id], span=None, verbs=None, courses=None, after=None, first=2 * LOADED_EVENTS
    )
    found = {event.id for event in pages[target.learner_id].rows}
    assert UUID(int=1) in found
    assert target.id not in found


async def test_a_changed_course_gets_a_version_and_existing_enrolments_keep_theirs(
    dataset: Dataset, stores: Stores
) -> None:
    early = [row for row in dataset.enrollments if row.learner_id == "oulad-11391"]
    await loaded(replace(dataset, enrollments=early, events=()), stores)
    first, *rest = dataset.courses
    written = await loaded(replace(dataset, courses=(replace(first, title="Another title"), *rest)), stores)
    assert (written["courses"].new, written["events"].new) == (1, 15)
    rows = await stores.progress.by_registrations([row.registration for row in dataset.enrollments])
    pins = {(row.learner_id, row.course_key): row.course_version for row in rows.values()}
    assert (pins["oulad-11391", AAA], pins["oulad-28400", AAA]) == (1, 2)


async def test_rejected_events_are_counted_and_stay_out_of_the_timeline(dataset: Dataset, stores: Stores) -> None:
    lost = next(row.registration for row in dataset.enrollments if row.learner_id == "oulad-28400")
    written = await loaded(
        replace(dataset, enrollments=[r for r in dataset.enrollments if r.registration != lost]), stores
    )
    assert written["events"].rejected == {"UNKNOWN_REGISTRATION": 6}
    assert (written["events"].new, written["events"].known, written["timeline events"].given) == (9, 0, 9)
    timeline = await stores.timeline.by_learners(
        ["oulad-28400"], span=None, verbs=None, courses=None, after=None, first=10
    )
    assert not timeline


class FailingOnce(MemoryTimeline):
    """Keeps half of the first append, then fails."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = False

    async def append(self, events: Sequence[Event]) -> None:
        if not self.failed:
            self.failed = True
            await super().append(events[: len(events) // 2])
            raise Unavailable("timeline", "gone")
        await super().append(events)


async def test_an_interrupted_load_is_completed_by_the_next(dataset: Dataset, stores: Stores) -> None:
    interrupted = replace(memory_stores(lambda: NOW), timeline=FailingOnce())
    with pytest.raises(StoreGaveUp, match=r"timeline: gone .*; repeat the command to continue where it stopped"):
        await loaded(dataset, interrupted, retry=StoreRetry(limit=timedelta()))
    await loaded(dataset, interrupted)
    await loaded(dataset, stores)
    assert await everything(dataset, interrupted) == await everything(dataset, stores)


async def test_an_imported_withdrawal_ends_the_presence(dataset: Dataset, stores: Stores) -> None:
    withdrawal = next(event for event in dataset.events if event.verb is Verb.UNREGISTERED)
    stayed = next(row for row in dataset.enrollments if row.learner_id != withdrawal.learner_id)
    here = (withdrawal.learner_id, withdrawal.registration, withdrawal.course_key)
    beats = [
        Heartbeat(session_id=learner_id, learner_id=learner_id, registration=registration, course_key=key, at=NOW)
        for learner_id, registration, key in [here, (stayed.learner_id, stayed.registration, stayed.course_key)]
    ]
    await stores.sessions.touch(beats)
    await loaded(dataset, stores)
    assert list(await stores.sessions.by_learners([withdrawal.learner_id, stayed.learner_id])) == [stayed.learner_id]


async def test_a_load_survives_a_short_outage(dataset: Dataset, stores: Stores) -> None:
    waits: list[float] = []
    outages: list[str] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    failing = replace(memory_stores(lambda: NOW), timeline=FailingOnce())
    retry = StoreRetry(wait=wait, on_outage=lambda error: outages.append(str(error)))
    counts = await loaded(dataset, failing, retry=retry)
    assert (len(waits), outages) == (1, ["timeline: gone"])
    assert counts["timeline events"].given == 15
    await loaded(dataset, stores)
    assert await everything(dataset, failing) == await everything(dataset, stores)


async def test_a_course_that_breaks_the_rules_is_refused_before_any_write(dataset: Dataset, stores: Stores) -> None:
    first, *rest = dataset.courses
    module, *others = first.modules
    item = replace(module.items[0], prerequisites=("nowhere",))
    bad = replace(first, modules=(replace(module, items=(item, *module.items[1:])), *others))
    with pytest.raises(BadCourse) as caught:
        await loaded(replace(dataset, courses=(*rest, bad)), stores)
    assert caught.value.lines == (f"{AAA}: modules.0.items.0.prerequisites.0: is not the key of another item",)
    assert not await stores.catalog.latest([course.key for course in dataset.courses])


async def test_an_event_from_the_future_is_rejected_and_counted(dataset: Dataset, stores: Stores) -> None:
    event = next(iter(dataset.events))
    counts = await loaded(replace(dataset, events=[replace(event, at=NOW + timedelta(days=1))]), stores)
    assert counts["events"].rejected == {"BAD_USER_INPUT": 1}
    assert counts["timeline events"].given == 0


async def test_progress_of_every_stage_is_reported_to_its_end(dataset: Dataset, stores: Stores) -> None:
    reported: dict[str, tuple[int, int]] = {}

    def on_progress(stage: str, done: int, total: int) -> None:
        assert reported.get(stage, (0, 0))[0] <= done <= total
        reported[stage] = (done, total)

    await load(replace(dataset, sizes={}), stores, now=lambda: NOW, on_progress=on_progress)
    assert reported == {
        "courses": (2, 2),
        "profiles": (3, 3),
        "enrollments": (4, 4),
        "events": (15, 15),
        "timeline events": (15, 15),
    }
