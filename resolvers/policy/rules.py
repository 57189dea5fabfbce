"""Rules: which viewers may, decided from the viewer and from what a record is about.

A rule is decided before anything is fetched: from the viewer alone, or from the keys in the parent record. Only
ENROLLED and ONCE_ENROLLED may need the enrolments of a learner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from resolvers.policy.policy import DEFAULT_POLICY, Policy
from resolvers.viewer import Role, Viewer


class About(NamedTuple):
    """What a record is about: the learner, the course, and whether the learner has withdrawn from it. None: unknown,
    or not about one."""

    learner_id: str | None = None
    course_key: str | None = None
    withdrawn: bool = False

    @property
    def if_withdrawn(self) -> "About":
        """The same record if the learner has withdrawn from the course, as they may have since a stale value was
        read."""
        return self._replace(withdrawn=True)


NOTHING = About()


OF_SELF = frozenset({"SELF", "SELF_ENROLLING"})
BY_RECORD: Mapping[Role, frozenset[str]] = {
    Role.LEARNER: OF_SELF,
    Role.INSTRUCTOR: OF_SELF | {"TEACHES", "ENROLLING", "ENROLLED", "ONCE_ENROLLED"},
    Role.ADMIN: OF_SELF,
    Role.SERVICE: frozenset(),
}
"""The grants that depend on what a record is about, by the viewers to whom they may apply."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The viewers that any of these grants names. `a | b` is a rule."""

    grants: frozenset[str]

    def __or__(self, other: "Rule") -> "Rule":
        return Rule(self.grants | other.grants)

    def __str__(self) -> str:
        return " | ".join(sorted(self.grants, key=ORDER.index))

    @property
    def counts_withdrawn(self) -> bool:
        """Whether courses count from which the learner has withdrawn."""
        return "ONCE_ENROLLED" in self.grants

    def decide(self, viewer: Viewer, about: About = NOTHING, policy: Policy = DEFAULT_POLICY) -> bool | None:
        """Whether the viewer may; None if it depends on the courses that the learner is enrolled in."""
        grants = self.grants
        if "PUBLIC" in grants or (viewer.authenticated and "ANY_TOKEN" in grants):
            return True
        if viewer.role is Role.ADMIN:
            return "ADMIN" in grants or self._of_self(viewer, about, policy)
        if viewer.role is Role.SERVICE:
            return any(f"SCOPE({scope})" in grants for scope in viewer.scopes)
        return self._of_self(viewer, about, policy) or self._of_instructor(viewer, about, policy)

    def decide_alone(self, viewer: Viewer, policy: Policy = DEFAULT_POLICY) -> bool | None:
        """The decision where it depends on the viewer alone; None if it depends on what the record is about."""
        if self.decide(viewer, NOTHING, policy):
            return True
        return None if self.grants & BY_RECORD[viewer.role] else False

    def _of_self(self, viewer: Viewer, about: About, policy: Policy) -> bool:
        if viewer.subject != about.learner_id:
            return False
        return "SELF" in self.grants or ("SELF_ENROLLING" in self.grants and policy.learners_may_enroll)

    def _of_instructor(self, viewer: Viewer, about: About, policy: Policy) -> bool | None:
        if viewer.role is not Role.INSTRUCTOR or not viewer.courses:
            return False
        taught = about.course_key in viewer.courses
        if taught and ("TEACHES" in self.grants or ("ENROLLING" in self.grants and policy.instructors_may_enroll)):
            return True
        if not self.grants & {"ENROLLED", "ONCE_ENROLLED"} or about.learner_id is None:
            return False
        if taught and (not about.withdrawn or self.counts_withdrawn):
            return True
        return None


def _grant(name: str) -> Rule:
    return Rule(frozenset({name}))


def scope(name: str) -> Rule:
    """A SERVICE whose token has this scope."""
    return _grant(f"SCOPE({name})")


PUBLIC = _grant("PUBLIC")
"""Every request, also without a token."""
ANY_TOKEN = _grant("ANY_TOKEN")
"""Every viewer with a token."""
SELF = _grant("SELF")
"""The learner whom the record is about."""
SELF_ENROLLING = _grant("SELF_ENROLLING")
"""The learner, if `Policy.learners_may_enroll`."""
TEACHES = _grant("TEACHES")
"""An instructor of the course that the record is about."""
ENROLLING = _grant("ENROLLING")
"""An instructor of the course, if `Policy.instructors_may_enroll`."""
ENROLLED = _grant("ENROLLED")
"""An instructor of a course in which the learner is enrolled now."""
ONCE_ENROLLED = _grant("ONCE_ENROLLED")
"""An instructor of a course in which the learner is enrolled or was, before they withdrew."""
ADMIN = _grant("ADMIN")
EVENTS_WRITE = "events:write"
"""The scope that lets a SERVICE write events of any learner."""
WRITES_EVENTS = scope(EVENTS_WRITE)
READS_OPERATIONS = scope("ops:read")
ORDER = [
    *("PUBLIC", "ANY_TOKEN", "SELF", "SELF_ENROLLING", "TEACHES", "ENROLLING", "ENROLLED", "ONCE_ENROLLED", "ADMIN"),
    *("SCOPE(events:write)", "SCOPE(ops:read)", "SCOPE(schema:read)", "SCOPE(trace:read)"),
]
"""The order in which a rule lists its grants."""


def about(record: Any) -> About:
    """What a parent record is about, by its attributes `learner_id`, `course_key` (or `key`, of a course) and
    `withdrawn`."""
    course = getattr(record, "course_key", None) or getattr(record, "key", None)
    return About(getattr(record, "learner_id", None), course, getattr(record, "withdrawn", False))
