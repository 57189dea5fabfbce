"""References: the parent records of `Learner` and `Course`, which are identified by their keys.

A reference costs no store call. Each field beneath it reads its own store.
"""

import re
from typing import NamedTuple

from stores.domain.progress import Enrollment, EnrollmentState

PINNED = re.compile(r"([1-9]\d{0,8})/(.+)", re.ASCII | re.DOTALL)
"""The key of a pinned version's global id. Course keys begin with a letter."""


class LearnerRef(NamedTuple):
    """A learner. The profile is read by `PROFILES`.

    `course_key`: the course of the enrolment by which the learner was found, and whether they have `withdrawn` from it:
    a rule about enrolments then needs no store call. They do not identify the learner.
    """

    learner_id: str
    course_key: str | None = None
    withdrawn: bool = False

    @classmethod
    def of(cls, row: Enrollment) -> "LearnerRef":
        """The learner of an enrolment."""
        return cls(row.learner_id, row.course_key, row.state is EnrollmentState.WITHDRAWN)


class CourseRef(NamedTuple):
    """A course: the version that an enrolment is pinned to, or the newest one (None)."""

    key: str
    version: int | None = None

    @property
    def node_key(self) -> str:
        """The key of the global id. A version has an id of its own: caches must not replace it by the newest one."""
        return self.key if self.version is None else f"{self.version}/{self.key}"

    @property
    def itself(self) -> "CourseRef":
        """The reference as a key of `COURSES`."""
        return self


def course_of(node_key: str) -> CourseRef:
    """The course whose global id has this key."""
    pinned = PINNED.fullmatch(node_key)
    return CourseRef(node_key) if pinned is None else CourseRef(pinned[2], int(pinned[1]))


def newest_course(key: str | None) -> CourseRef | None:
    """The newest version of the course with this key; None without a key."""
    return None if key is None else CourseRef(key)
