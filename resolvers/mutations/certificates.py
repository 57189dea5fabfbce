"""revokeCertificate."""

from uuid import UUID

import strawberry

from resolvers.mutations.enrollments import enrollment_result
from resolvers.mutations.payloads import EnrollmentResult
from resolvers.viewer import Viewer
from resolvers.writes import certificates
from resolvers.writes.write_stores import WriteStores


@strawberry.input(description="The certificate to revoke.")
class RevokeCertificateInput:
    registration: UUID = strawberry.field(description="The enrolment that it was issued for.")
    reason: str = strawberry.field(description="Why; kept with the certificate.")


async def revoke_certificate(stores: WriteStores, viewer: Viewer, given: RevokeCertificateInput) -> EnrollmentResult:
    """Revoke a certificate; the result is the parent of EnrollmentPayload."""
    command = certificates.RevokeCertificate(registration=given.registration, reason=given.reason)
    return enrollment_result(await certificates.revoke_certificate(stores, viewer, command))
