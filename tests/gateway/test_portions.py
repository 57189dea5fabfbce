"""How a backlog is cut into portions, and how long each may take."""

from collections.abc import Sequence
from uuid import UUID

from gateway.portions import DOUBLINGS, MOST_EVENTS, Portions
from stores.domain.events import Verb
from stores.domain.outbox import LEASE, Commit, partition_of
from stores.domain.progress import EnrollmentState
from tests.stores.learning import done, moment


def commit(number: int, events: int, *, of: int = 1) -> Commit:
    return Commit(
        registration=UUID(int=of),
        number=number,
        learner_id=f"u{of}",
        course_key="c1",
        at=moment(0),
        state=EnrollmentState.ACTIVE,
        events=tuple(done(1_000_000 * of + 10_000 * number + one, Verb.RATED, of=of) for one in range(events)),
    )


def numbers(parts: list[Sequence[Commit]]) -> list[list[int]]:
    return [[one.number for one in part] for part in parts]


def test_a_portion_has_about_so_many_events_and_one_commit_at_least() -> None:
    most = MOST_EVENTS
    sizes = [most + 1, 3, most - 3, 9]
    assert numbers(list(Portions().of([commit(n, size) for n, size in enumerate(sizes, 1)]))) == [[1], [2, 3], [4]]


def test_what_took_too_long_is_tried_in_smaller_portions_after_all_others() -> None:
    portions = Portions()
    busy = [commit(number, MOST_EVENTS // 4, of=1) for number in range(1, 5)]
    [whole] = portions.of(busy)
    portions.took_too_long(whole)
    other = commit(9, 1, of=2)
    assert numbers(list(portions.of([*busy, other]))) == [[9, 1], [2, 3], [4]]
    for _ in range(2 * MOST_EVENTS):
        portions.delivered([other])
    assert numbers(list(portions.of([*busy, other]))) == [[9, 1, 2, 3], [4]], "it is still the last one"
    portions.delivered(busy)
    assert numbers(list(portions.of([*busy, other]))) == [[1, 2, 3, 4], [9]]


def test_a_commit_that_takes_too_long_alone_gets_twice_the_time_with_every_try() -> None:
    portions, lease = Portions(), LEASE.total_seconds()
    slow, other = commit(1, 5), commit(1, 1, of=2)
    for expected in (lease, 2 * lease, 4 * lease):
        assert portions.seconds([slow]) == expected
        portions.took_too_long([slow])
    assert portions.seconds([other]) == portions.seconds([slow, other]) == lease
    portions.took_too_long([slow, other])
    assert portions.seconds([other]) == lease, "it was not alone"
    portions.delivered([slow])
    assert portions.seconds([slow]) == lease


def test_a_server_that_is_silent_for_days_leaves_a_time_that_can_be_waited_for() -> None:
    portions, slow = Portions(), [commit(1, 5)]
    for _ in range(5_000):
        portions.took_too_long(slow)
    assert portions.seconds(slow) == LEASE.total_seconds() * 2**DOUBLINGS


def test_what_was_late_of_another_relays_partitions_is_forgotten() -> None:
    portions, mine, moved = Portions(), commit(1, 5), commit(1, 5, of=2)
    for one in (mine, moved):
        portions.took_too_long([one])
    portions.keep({partition_of(mine.registration)})
    assert portions.seconds([mine]) == 2 * LEASE.total_seconds()
    assert portions.seconds([moved]) == LEASE.total_seconds()
    assert list(portions._late) == [mine.registration]
