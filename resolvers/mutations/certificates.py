"""Taking a certificate back."""

from uuid import UUID

import strawberry

from resolvers import permissions
from resolvers.context import Context
from resolvers.errors import forbidden
from resolvers.mutations.inputs import Faults, UserError
from resolvers.mutations.payloads import EnrollmentResult


@strawberry.input(description="A certificate that is taken back.")
class RevokeCertificateInput:
    registration: UUID = strawberry.field(description="The enrolment it was issued for.")
    reason: str = strawberry.field(description="Why; kept with it.")


async def revoke_certificate(context: Context, given: RevokeCertificateInput) -> EnrollmentResult:
    """Once: a repetition changes neither time nor reason."""
    if not permissions.is_admin(context.viewer):
        raise forbidden()
    faults = Faults("input")
    faults.text("reason", given.reason)
    if faults.found:
        return EnrollmentResult(None, faults.found)
    progress = context.peer.stores.progress
    revoking = progress.revoke(given.registration, at=context.peer.now(), because=given.reason)
    if await context.loaders.call("progress", "revoke", 1, revoking) is None:
        missing = UserError(code="NOT_FOUND", message="there is no certificate", path=["input", "registration"])
        return EnrollmentResult(None, [missing])
    return EnrollmentResult(given.registration, [])
