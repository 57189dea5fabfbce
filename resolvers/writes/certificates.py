"""Revoking a certificate."""

from dataclasses import dataclass
from uuid import UUID

from resolvers import permissions
from resolvers.viewer import Viewer
from resolvers.writes.faults import Refusal, refuse, refuse_forbidden
from resolvers.writes.validation import Validation
from resolvers.writes.write_stores import WriteStores


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """The certificate of an enrolment is revoked; the reason is kept with it."""

    registration: UUID
    reason: str


async def revoke_certificate(stores: WriteStores, viewer: Viewer, command: RevokeCertificate) -> UUID | Refusal:
    """Revoke a certificate; for an ADMIN. Returns the registration.

    A repetition changes neither time nor reason. NOT_FOUND: the enrolment has no certificate. Raises StoreError.
    """
    if not permissions.may_write(viewer, "revokeCertificate"):
        return refuse_forbidden()
    validation = Validation()
    validation.name("reason", command.reason)
    if refusal := validation.refusal:
        return refusal
    revoking = stores.stores.progress.revoke(command.registration, at=stores.now(), because=command.reason)
    if await stores.call("progress", "revoke", 1, revoking) is None:
        return refuse("NOT_FOUND", "there is no certificate", "registration")
    return command.registration
