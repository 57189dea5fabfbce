"""Plans of the demo's learners: what each studies, when and how well.

Each learner has a random generator of their own, so that the number of learners changes nothing for any of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import uuid5

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.enrollment_simulator import DEMO
from gateway.datasets.demo.profiles import demo_profile, learner_id
from stores.domain.catalog import Course
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment

FIXED_DAILY_CHANCE = {1: 0.16, 2: 0.5}
"""The first two learners are used in examples: the first is in the middle of a course, the second completes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEnrollment:
    """An enrolment from `since` to `until` (None: the learner stays). The first `waived` required items are waived."""

    enrollment: Enrollment
    course: Course
    since: datetime
    until: datetime | None
    waived: int

    def open_at(self, moment: datetime) -> bool:
        """Whether the learner is enrolled at that moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """The plan of one learner. If they study SQL101, its enrolment comes first.

    `daily_chance` is the probability that they study on a day, `preferred_hour` the local hour at which they like to.
    `skill` (0…1) is the score that they can expect of a first attempt."""

    number: int
    profile: Profile
    enrollments: tuple[PlannedEnrollment, ...]
    daily_chance: float
    skill: float
    preferred_hour: int
    device: str


def study_plan(number: int, *, seed: int, term: datetime, courses: tuple[Course, ...]) -> StudyPlan:
    """The plan of the `number`th learner (from 1) in a term that starts at `term`."""
    rng = Random(f"{seed}/{number}/plan")
    profile = demo_profile(number, rng, term)
    others = [course for course in courses if course.key != SQL101]
    chosen = [course for course in courses if course.key == SQL101 and (number <= 2 or rng.random() < 0.65)]
    chosen += rng.sample(others, rng.choices((1, 2, 3), (6, 3, 1))[0])
    if number > 2 and len(chosen) > 1 and rng.random() < 0.25:
        chosen = chosen[:1]
    return StudyPlan(
        number=number,
        profile=profile,
        enrollments=tuple(planned_enrollment(number, course, rng, seed, term) for course in chosen),
        daily_chance=FIXED_DAILY_CHANCE.get(number, 0.01 + rng.betavariate(0.9, 8)),
        skill=rng.triangular(0.35, 0.98, 0.75),
        preferred_hour=rng.choices((7, 9, 12, 14, 17, 19, 20), (2, 2, 3, 2, 3, 5, 4))[0],
        device=rng.choice(("desktop", "desktop", "phone", "tablet")),
    )


def planned_enrollment(number: int, course: Course, rng: Random, seed: int, term: datetime) -> PlannedEnrollment:
    """The enrolment of a learner in a course."""
    days = rng.uniform(0, 6) if rng.random() < 0.8 else rng.uniform(6, 35)
    since = term + timedelta(milliseconds=round(days * 86_400_000))
    stays = rng.uniform(4, 45) if number > 2 and rng.random() < 0.07 else None
    learner = learner_id(number)
    return PlannedEnrollment(
        enrollment=Enrollment(
            registration=uuid5(DEMO, f"{seed}/{learner}/{course.key}"),
            learner_id=learner,
            course_key=course.key,
            course_version=1,
            attributes={"cohort": rng.choice("AB"), "fundedBy": rng.choice(("self", "employer", "grant"))},
        ),
        course=course,
        since=since,
        until=None if stays is None else since + timedelta(milliseconds=round(stays * 86_400_000)),
        waived=rng.choice((1, 2)) if rng.random() < 0.05 else 0,
    )
