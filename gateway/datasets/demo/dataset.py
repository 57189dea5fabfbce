"""The demo dataset: made-up learners and eight weeks of their studying that end now, the same for the same arguments.

All but the sittings of just now is a function of the seed and of the week (UTC, from Monday) that `now` lies in: a load
that is repeated later in that week finds what it wrote before, and adds what has happened since.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from gateway.datasets.dataset import Dataset, ReiterableRecords
from gateway.datasets.demo.courses import demo_courses
from gateway.datasets.demo.study_days import Life, lived
from gateway.datasets.demo.study_plans import Plan, planned

WEEKS = 8
EVENTS_EACH = 120
"""About how many events a learner has in them."""


def demo_dataset(*, seed: int, learners: int, now: datetime) -> Dataset:
    """`learners` from 1 up; records are made as they are gone through, so that very many need no room. `demo-0001` and
    `demo-0002` study SQL101, the one ONLINE now and the other AWAY."""
    term = term_at(now)
    courses = demo_courses(term - timedelta(days=30))

    def plans() -> Iterator[Plan]:
        return (planned(number, seed=seed, term=term, courses=courses) for number in range(1, learners + 1))

    def lives() -> Iterator[Life]:
        return (lived(plan, seed=seed, term=term, now=now) for plan in plans())

    return Dataset(
        name="demo",
        courses=courses,
        profiles=ReiterableRecords(lambda: (plan.profile for plan in plans())),
        enrollments=ReiterableRecords(lambda: (place.enrollment for plan in plans() for place in plan.places)),
        events=ReiterableRecords(lambda: chain.from_iterable(life.events() for life in lives())),
        heartbeats=ReiterableRecords(lambda: chain.from_iterable(life.heartbeats() for life in lives())),
        sizes={"profiles": learners, "enrollments": 2 * learners, "events": EVENTS_EACH * learners},
        counts={"courses": len(courses), "learners": learners},
    )


def term_at(now: datetime) -> datetime:
    """When the weeks of a dataset that ends `now` begin."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday(), weeks=WEEKS)
