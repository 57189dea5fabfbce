"""The change of activity by a commit: every case of a void, by hand and against a count of everything."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stores.domain.activity import ActivityCount, count_activity
from stores.domain.activity_change import activity_change
from stores.domain.events import Event, Verb
from stores.domain.progress_projection import without_voided
from tests.stores.learning import done
from tests.stores.samples import NOON

QUARTER = timedelta(minutes=15)
ONE, TWO, LATER = (
    done(1, Verb.PLAYED, duration_ms=5),
    done(2, Verb.VIEWED),
    done(3, Verb.PLAYED, at=900, duration_ms=7),
)
VOID, AGAIN, OF_VOID = (
    done(11, Verb.VOIDED, voids=ONE.id),
    done(12, Verb.VOIDED, voids=ONE.id, at=950),
    done(13, Verb.VOIDED, voids=UUID(int=11)),
)
OF_LATER = done(14, Verb.VOIDED, voids=LATER.id)
CLERICAL = done(4, Verb.REGISTERED, duration_ms=9), done(5, Verb.UNREGISTERED, duration_ms=9)


def change(ledger: Iterable[Event], new: Sequence[Event]) -> list[tuple[datetime, int, int]]:
    return [(it.start, it.events, it.active_ms) for it in activity_change(new, [*ledger, *new])]


@pytest.mark.parametrize(
    ("ledger", "new", "expected"),
    [
        pytest.param([], [ONE, TWO, LATER], [(NOON, 2, 5), (NOON + QUARTER, 1, 7)], id="new events"),
        pytest.param([ONE], [VOID], [(NOON, -1, -5)], id="a void"),
        pytest.param([VOID], [ONE], [], id="an event that is voided already"),
        pytest.param([VOID], [ONE, TWO], [(NOON, 1, 0)], id="a voided event and a live one"),
        pytest.param([], [ONE, VOID], [], id="a void and its target at once"),
        pytest.param([ONE, VOID], [AGAIN], [], id="a target that is voided already"),
        pytest.param([ONE], [VOID, AGAIN], [(NOON, -1, -5)], id="a target voided twice at once"),
        pytest.param([ONE, VOID], [OF_VOID], [], id="a void of a void"),
        pytest.param([ONE], [VOID, LATER], [(NOON, -1, -5), (NOON + QUARTER, 1, 7)], id="less here, more there"),
        pytest.param([ONE, LATER], [VOID, TWO, OF_LATER], [(NOON, 0, -5), (NOON + QUARTER, -1, -7)], id="other sums"),
        pytest.param([TWO], [VOID], [], id="a void of an unknown event"),
        pytest.param([], CLERICAL, [], id="no activity"),
        pytest.param([CLERICAL[0]], [done(15, Verb.VOIDED, voids=CLERICAL[0].id)], [], id="a void of no activity"),
    ],
)
def test_the_change_by_a_commit(
    ledger: Sequence[Event], new: Sequence[Event], expected: list[tuple[datetime, int, int]]
) -> None:
    assert change(ledger, new) == expected


def test_without_a_void_new_events_are_enough() -> None:
    assert activity_change([ONE, TWO, LATER, *CLERICAL]) == activity_change([ONE, TWO, LATER], [ONE, TWO, LATER])


any_events = some.lists(
    some.builds(
        done,
        some.integers(1, 9),
        some.sampled_from([Verb.PLAYED, Verb.VIEWED, Verb.REGISTERED, Verb.VOIDED, Verb.VOIDED]),
        at=some.integers(0, 2).map(lambda number: 900 * number),
        duration_ms=some.none() | some.integers(0, 9),
        voids=some.integers(1, 9).map(lambda number: UUID(int=number)),
    ),
    unique_by=lambda event: event.id,
)


@given(commits=some.lists(any_events))
def test_changes_add_up_to_the_activity_of_the_whole_ledger(commits: list[list[Event]]) -> None:
    ledger: dict[UUID, Event] = {}
    events, active = Counter[datetime](), Counter[datetime]()
    for commit in commits:
        new = [event for event in commit if event.id not in ledger]
        ledger |= {event.id: event for event in new}
        for each in activity_change(new, [*ledger.values()]):
            assert each.events or each.active_ms
            events[each.start] += each.events
            active[each.start] += each.active_ms
    assert count_activity(without_voided(ledger.values())) == tuple(
        ActivityCount(start=start, events=number, active_ms=active[start])
        for start, number in sorted(events.items())
        if number
    )
