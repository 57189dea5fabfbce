"""Rows in memory behind six batch functions; each takes one turn of the event loop, as a store's answer does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2025, 1, 1, tzinfo=UTC)
LEARNERS, COURSES, EACH = 1_000, 50, 8
VERBS = ("viewed", "completed", "answered")


@dataclass(frozen=True, slots=True)
class LearnerRow:
    learner_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    enrollment_id: str
    course_id: str


@dataclass(frozen=True, slots=True)
class CourseRow:
    title: str


@dataclass(frozen=True, slots=True)
class ProgressRow:
    percent: float
    completed_lessons: int
    score: float | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ActivityRow:
    at: datetime
    verb: str
    object_id: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    current_course: str | None
    last_seen: datetime


LEARNER_ROWS = [
    LearnerRow(f"l{number}", f"Learner Number {number}", f"learner{number}@example.com") for number in range(LEARNERS)
]
COURSE_ROWS = {f"c{number}": CourseRow(f'Course {number} – héllo "q"') for number in range(COURSES)}
ENROLLMENT_ROWS = {
    f"l{number}": [
        EnrollmentRow(f"e{number}-{place}", f"c{(number * 7 + place * 3) % COURSES}") for place in range(EACH)
    ]
    for number in range(LEARNERS)
}
PROGRESS_ROWS = {
    f"e{number}-{place}": ProgressRow(
        percent=(number * 13 + place * 29) % 1_000 / 10,
        completed_lessons=(number + place) % 40,
        score=None if (number + place) % 7 == 0 else (number * 3 + place) % 100 / 4,
        updated_at=START + timedelta(seconds=number * 60 + place),
    )
    for number in range(LEARNERS)
    for place in range(EACH)
}
ACTIVITY_ROWS = {
    f"l{number}": [
        ActivityRow(START + timedelta(seconds=number * 30 + place), VERBS[place % 3], f"o{number}-{place}")
        for place in range(EACH)
    ]
    for number in range(LEARNERS)
}
SESSION_ROWS = {
    f"l{number}": SessionRow(None if number % 11 == 0 else f"c{number % COURSES}", START + timedelta(minutes=number))
    for number in range(LEARNERS)
}


async def learners(first: int) -> list[LearnerRow]:
    """The first learners."""
    await asyncio.sleep(0)
    return LEARNER_ROWS[:first]


async def enrollments(learner_ids: Sequence[str], first: int) -> dict[str, list[EnrollmentRow]]:
    """The first enrolments of each learner."""
    await asyncio.sleep(0)
    return {key: ENROLLMENT_ROWS[key][:first] for key in learner_ids}


async def courses(course_ids: Sequence[str]) -> dict[str, CourseRow]:
    """Courses by id."""
    await asyncio.sleep(0)
    return {key: COURSE_ROWS[key] for key in course_ids}


async def progress(enrollment_ids: Sequence[str]) -> dict[str, ProgressRow]:
    """The progress of enrolments."""
    await asyncio.sleep(0)
    return {key: PROGRESS_ROWS[key] for key in enrollment_ids}


async def activity(learner_ids: Sequence[str], first: int) -> dict[str, list[ActivityRow]]:
    """The first activities of each learner."""
    await asyncio.sleep(0)
    return {key: ACTIVITY_ROWS[key][:first] for key in learner_ids}


async def sessions(learner_ids: Sequence[str]) -> dict[str, SessionRow]:
    """The session of each learner."""
    await asyncio.sleep(0)
    return {key: SESSION_ROWS[key] for key in learner_ids}
