"""Who studies what in the demo, how diligently and when: each learner by dice of their own, whatever others do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import uuid5

from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.people import demo_profile, learner_id
from gateway.datasets.demo.sittings import DEMO
from stores.domain.catalog import Course
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment

OFTEN = {1: 0.16, 2: 0.5}
"""The first two learners are for examples: the one is on the way, the other gets to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An enrolment to come: since when, until when if it is broken off, and how many first items are waived."""

    enrollment: Enrollment
    course: Course
    since: datetime
    until: datetime | None
    waived: int

    def open_at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A learner to come, their place in SQL101 first. `hour` is when they like to study (local time), `often` their
    chance to do so on a day."""

    number: int
    profile: Profile
    places: tuple[Place, ...]
    often: float
    skill: float
    hour: int
    device: str


def planned(number: int, *, seed: int, term: datetime, courses: tuple[Course, ...]) -> Plan:
    rng = Random(f"{seed}/{number}/plan")
    profile = demo_profile(number, rng, term)
    others = [course for course in courses if course.key != SQL101]
    chosen = [course for course in courses if course.key == SQL101 and (number <= 2 or rng.random() < 0.65)]
    chosen += rng.sample(others, rng.choices((1, 2, 3), (6, 3, 1))[0])
    if number > 2 and len(chosen) > 1 and rng.random() < 0.25:
        chosen = chosen[:1]
    return Plan(
        number=number,
        profile=profile,
        places=tuple(placed(number, course, rng, seed, term) for course in chosen),
        often=OFTEN.get(number, 0.01 + rng.betavariate(0.9, 8)),
        skill=rng.triangular(0.35, 0.98, 0.75),
        hour=rng.choices((7, 9, 12, 14, 17, 19, 20), (2, 2, 3, 2, 3, 5, 4))[0],
        device=rng.choice(("desktop", "desktop", "phone", "tablet")),
    )


def placed(number: int, course: Course, rng: Random, seed: int, term: datetime) -> Place:
    days = rng.uniform(0, 6) if rng.random() < 0.8 else rng.uniform(6, 35)
    since = term + timedelta(milliseconds=round(days * 86_400_000))
    stays = rng.uniform(4, 45) if number > 2 and rng.random() < 0.07 else None
    learner = learner_id(number)
    return Place(
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
