"""`ReplaySchedule`: when recorded events fall due."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from gateway.simulation.replay import MAX_BATCH
from gateway.simulation.replay_schedule import DAY, ReplaySchedule, spread_over_days
from stores.domain.events import Verb
from tests.stores.samples import event

SECOND = timedelta(seconds=1)


def test_the_events_of_a_day_are_spread_over_it_and_batches_are_bounded() -> None:
    noon = datetime(2013, 10, 1, 12, tzinfo=UTC)
    times = [noon] * 2000 + [noon + DAY, noon + DAY + 11 * timedelta(hours=1)]
    moments = spread_over_days(times)
    assert moments[0] == noon.replace(hour=0)
    assert {after - before for before, after in pairwise(moments[:2001])} == {DAY / 2000}
    assert moments[2001] - moments[2000] == DAY / 2
    events = [event(number, verb=Verb.VIEWED, at=at) for number, at in enumerate(times)]
    schedule = ReplaySchedule(events, speed=86_400)
    assert schedule.take(timedelta(), most=MAX_BATCH) == events[:1]
    assert schedule.due_in(timedelta()) == SECOND / 2000
    sizes = [len(schedule.take(2 * SECOND, most=MAX_BATCH)) for _ in range(5)]
    assert (sizes, schedule.taken) == ([500, 500, 500, 500, 1], 2002)
    assert schedule.due_in(SECOND) is None
    assert ReplaySchedule([], speed=1).take(SECOND, most=MAX_BATCH) == []
    assert len(ReplaySchedule(events, speed=10**12).take(DAY, most=MAX_BATCH)) == MAX_BATCH, "as fast as possible"
