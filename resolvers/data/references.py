"""References: the parent records of `Learner` and `Course`, which are identified by their keys.

A reference costs no store call. Each field beneath it reads its own store.
"""

from typing import NamedTuple


class LearnerRef(NamedTuple):
    """A learner. The profile is read by `PROFILES`."""

    learner_id: str


class CourseRef(NamedTuple):
    """A course: the version that an enrolment is pinned to, or the newest one (None)."""

    key: str
    version: int | None = None

    @property
    def itself(self) -> "CourseRef":
        """The reference as a key of `COURSES`."""
        return self


def newest_course(key: str | None) -> CourseRef | None:
    """The newest version of the course with this key; None without a key."""
    return None if key is None else CourseRef(key)
