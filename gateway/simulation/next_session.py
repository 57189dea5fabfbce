"""What a learner of the demo does next, starting from the progress that the stores have.

Simulated learners are faster than people, so that a few of them are enough to keep a dashboard moving.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from gateway.datasets.demo.enrollment_simulator import DEMO, EnrollmentSimulator
from stores.domain.catalog import Course, MoveOn
from stores.domain.events import Event
from stores.domain.progress import Enrollment, ItemProgress

MEAN_GAP = 125.0
"""Mean seconds between two events of a person's session."""
SHORTEST_GAP = 2.0
"""Least mean seconds between two events of a simulated session. Faster learners would not look plausible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many sessions take place at a time, and how many times as fast as people the learners are."""

    sessions: int
    speedup: float


def pace_for(rate: float, *, learners: int) -> Pace:
    """The pace that makes about `rate` events per second: an event every eight seconds in each session, or more often
    where there are too few learners for that."""
    sessions = max(1, min(round(8 * rate), learners // 3))
    return Pace(sessions=sessions, speedup=max(1.0, MEAN_GAP / max(SHORTEST_GAP, sessions / rate)))


def registration_of(learner: str, course: str, *, seed: int) -> UUID:
    """The registration of a learner in a further course: the same for the same seed."""
    return uuid5(DEMO, f"{seed}/{learner}/{course}")


def session_events(
    enrollment: Enrollment,
    course: Course,
    rows: Mapping[str, ItemProgress],
    *,
    rng: Random,
    skill: float,
    start: datetime,
    speedup: float,
) -> list[Event]:
    """The events of a session from `start` on. A learner who has finished the course looks at some items again.

    `rows` is the progress by item key."""
    simulator = EnrollmentSimulator(enrollment, course, rng, skill)
    optional = {item.key for item in course.items if item.move_on is MoveOn.NOT_APPLICABLE}
    done = [key for key, row in rows.items() if row.satisfied or key in optional]
    simulator.resume_from(done, {key: row.progress for key, row in rows.items()})
    simulator.study(start, min(95.0, rng.lognormvariate(3.58, 0.45)))
    return [sped_up(event, start, speedup) for event in simulator.events]


def sped_up(event: Event, start: datetime, speedup: float) -> Event:
    """The event of a learner who is `speedup` times as fast: time and duration shrink, the position stays."""
    elapsed = timedelta(milliseconds=round((event.at - start) / timedelta(milliseconds=1) / speedup))
    duration = None if event.duration_ms is None else round(event.duration_ms / speedup)
    return replace(event, at=start + elapsed, duration_ms=duration)
