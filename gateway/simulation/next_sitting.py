"""What a learner of the demo does next, beginning where the stores say that they are.

They live faster than people do: a dashboard shows something, and a few of them are enough for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import uuid5

from gateway.datasets.demo.enrollment_simulator import DEMO, EnrollmentSimulator
from gateway.datasets.demo.profiles import learner_id
from stores.domain.catalog import Course, MoveOn
from stores.domain.events import Event
from stores.domain.progress import Enrollment, ItemProgress

GAP = 125.0
"""Seconds between two events of a sitting as people live it, on average."""
RESTLESS = 2.0
"""Seconds between two events of a learner, at the least: one who does more than that is no learner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many learners study at a time, and how many times as fast as people they live."""

    seats: int
    quick: float


def pace_of(rate: float, *, learners: int) -> Pace:
    """So that about `rate` events a second come of it: one in eight seconds from each learner who is here."""
    seats = max(1, min(round(8 * rate), learners // 3))
    return Pace(seats=seats, quick=max(1.0, GAP / max(RESTLESS, seats / rate)))


def enrollment_of(number: int, course: Course, *, seed: int) -> Enrollment:
    """A place in a further course."""
    learner = learner_id(number)
    return Enrollment(
        registration=uuid5(DEMO, f"{seed}/{learner}/{course.key}"),
        learner_id=learner,
        course_key=course.key,
        course_version=course.version,
        attributes={"cohort": "live"},
    )


def sitting(
    enrollment: Enrollment,
    course: Course,
    rows: Mapping[str, ItemProgress],
    *,
    rng: Random,
    skill: float,
    start: datetime,
    quick: float,
) -> list[Event]:
    """A sitting's events from `start` on; whoever is through with the course looks at something again."""
    study = EnrollmentSimulator(enrollment, course, rng, skill)
    optional = {item.key for item in course.items if item.move_on is MoveOn.NOT_APPLICABLE}
    done = [key for key, row in rows.items() if row.satisfied or key in optional]
    study.resume_from(done, {key: row.progress for key, row in rows.items()})
    study.study(start, min(95.0, rng.lognormvariate(3.58, 0.45)))
    return [sooner(event, start, quick) for event in study.events]


def sooner(event: Event, start: datetime, quick: float) -> Event:
    """The event as of who lives `quick` times as fast. Where in a video they are stays; how long it took does not."""
    gone = timedelta(milliseconds=round((event.at - start) / timedelta(milliseconds=1) / quick))
    took = None if event.duration_ms is None else round(event.duration_ms / quick)
    return replace(event, at=start + gone, duration_ms=took)
