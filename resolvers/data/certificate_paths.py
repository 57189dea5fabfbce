"""Access paths of certificates that combine several reads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from resolvers.data.access_paths import CERTIFICATES, CERTIFICATES_BY_CODE, ENROLLMENTS, NoArgs
from resolvers.data.course_version_paths import PINNED_COURSES
from resolvers.data.dataloaders import DerivedPath, Loaders
from resolvers.data.references import CourseRef
from resolvers.data.visible_paths import VISIBLE_ENROLLMENTS
from stores.domain.certificates import CertificateBasis, certificate_basis


class CertificateFacts(NamedTuple):
    """What anyone may learn by a certificate's code. `course` is the version that the enrolment is pinned to."""

    learner_id: str
    course: CourseRef
    issued_at: datetime
    revoked_at: datetime | None
    basis: CertificateBasis


async def _revocation_reasons(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, str]:
    """The reasons that the viewer may read: those of the enrolments that they may read."""
    visible = await loaders.load_many(VISIBLE_ENROLLMENTS, registrations, ())
    found = await loaders.load_many(CERTIFICATES, list(visible), ())
    return {key: row.revoked_because for key, row in found.items() if row.revoked_because is not None}


async def _bases(loaders: Loaders, registrations: Sequence[UUID], _: NoArgs) -> Mapping[UUID, CertificateBasis]:
    """The bases by the pinned versions; absent for a registration or a version that is unknown."""
    courses = await loaders.load_many(PINNED_COURSES, registrations, ())
    return {key: certificate_basis(course) for key, course in courses.items()}


async def _facts(loaders: Loaders, codes: Sequence[str], _: NoArgs) -> Mapping[str, CertificateFacts]:
    """The same for every viewer. A code without a certificate is absent, whatever text it is."""
    found = await loaders.load_many(CERTIFICATES_BY_CODE, codes, ())
    registrations = [row.registration for row in found.values()]
    rows = await loaders.load_many(ENROLLMENTS, registrations, ())
    bases = await loaders.load_many(BASES, registrations, ())
    return {
        code: CertificateFacts(
            learner_id=rows[row.registration].learner_id,
            course=CourseRef(rows[row.registration].course_key, rows[row.registration].course_version),
            issued_at=row.issued_at,
            revoked_at=row.revoked_at,
            basis=bases[row.registration],
        )
        for code, row in found.items()
        if row.registration in bases
    }


REVOCATION_REASONS: DerivedPath[UUID, NoArgs, str] = DerivedPath(_revocation_reasons)
BASES: DerivedPath[UUID, NoArgs, CertificateBasis] = DerivedPath(_bases)
FACTS: DerivedPath[str, NoArgs, CertificateFacts] = DerivedPath(_facts)
