"""The demo's dataset: generated learners and eight weeks of their studies, which end now.

The same arguments give the same records. All but the current sessions depends only on the seed and on the week of `now`
(UTC, from Monday), so a load that is repeated later in that week finds its records and adds what happened since.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from gateway.datasets.dataset import Dataset, ReiterableRecords
from gateway.datasets.demo.courses import demo_courses
from gateway.datasets.demo.study_history import StudyHistory, study_history
from gateway.datasets.demo.study_plan import StudyPlan, study_plan

WEEKS = 8
EVENTS_PER_LEARNER = 135
"""The approximate mean at the end of the last week, for progress bars: an estimate that is too low reaches its end
early."""


def demo_dataset(*, seed: int, learners: int, now: datetime) -> Dataset:
    """A dataset of `learners` (at least 1), generated in each iteration, so that large numbers need no memory.

    `demo-0001` and `demo-0002` study SQL101; the first is ONLINE now, the second AWAY."""
    term = term_start(now)
    courses = demo_courses(term - timedelta(days=30))

    def plans() -> Iterator[StudyPlan]:
        return (study_plan(number, seed=seed, term=term, courses=courses) for number in range(1, learners + 1))

    def histories() -> Iterator[StudyHistory]:
        return (study_history(plan, seed=seed, term=term, now=now) for plan in plans())

    return Dataset(
        name="demo",
        courses=courses,
        profiles=ReiterableRecords(lambda: (plan.profile for plan in plans())),
        enrollments=ReiterableRecords(lambda: (each.enrollment for plan in plans() for each in plan.enrollments)),
        events=ReiterableRecords(lambda: chain.from_iterable(history.events() for history in histories())),
        heartbeats=ReiterableRecords(lambda: chain.from_iterable(history.heartbeats() for history in histories())),
        sizes={"profiles": learners, "enrollments": 2 * learners, "events": EVENTS_PER_LEARNER * learners},
        counts={"courses": len(courses), "learners": learners},
    )


def term_start(now: datetime) -> datetime:
    """When the weeks of a dataset that ends `now` begin: a Monday, 00:00Z."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday(), weeks=WEEKS)
