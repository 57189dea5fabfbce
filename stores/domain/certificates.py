"""What a certificate certifies: that a learner took part, or that others assessed the learner."""

from enum import Enum

from stores.domain.catalog import Course, MoveOn

ASSESSED = frozenset({MoveOn.PASSED, MoveOn.COMPLETED_AND_PASSED})
"""Rules that only a passed attempt meets. COMPLETED_OR_PASSED is also met by completion, which learners may state."""


class CertificateBasis(Enum):
    """PARTICIPATION: the learner may have stated all of it. ASSESSMENT: a grade was needed that learners cannot state
    themselves."""

    PARTICIPATION = "PARTICIPATION"
    ASSESSMENT = "ASSESSMENT"


def certificate_basis(course: Course) -> CertificateBasis:
    """The basis of the certificates of a course version: ASSESSMENT if a required item has to be passed and is not
    self-reported."""
    if any(item.move_on in ASSESSED and not item.self_reported for item in course.items):
        return CertificateBasis.ASSESSMENT
    return CertificateBasis.PARTICIPATION
