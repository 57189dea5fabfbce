"""What an operator may choose about the rules."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`instructors_may_enroll`: instructors enrol any learner in the courses they teach, and so see their profile.
    `learners_may_enroll`: learners enrol themselves in any course. `learners_backdate`: how far back lies the earliest
    time that learners may state of themselves. `keep_revocations`: until all revoked tokens have expired."""

    instructors_may_enroll: bool = False
    learners_may_enroll: bool = True
    learners_backdate: timedelta = timedelta(days=30)
    keep_revocations: timedelta = timedelta(days=31)


DEFAULT_POLICY = Policy()
