"""Certificate: a view of the certificate of a registration."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.relay import to_base64

from resolvers.data.certificate_paths import REVOCATION_REASONS
from resolvers.types.store_field import store_field
from stores.domain.progress import Certificate as Record


@strawberry.type(description="The certificate of an enrolment. It is issued once, when the course is first satisfied.")
class Certificate:
    """A view of `stores.domain.progress.Certificate`."""

    @strawberry.field(description="Identifies the certificate in a client's cache. Opaque; `Query.node` refuses it.")
    def id(parent: strawberry.Parent[Record]) -> strawberry.ID:
        return strawberry.ID(to_base64("Certificate", str(parent.registration)))

    registration: UUID = strawberry.field(description="The enrolment.")
    issued_at: datetime = strawberry.field(description="When it was issued.")
    revoked_at: datetime | None = strawberry.field(description="When an ADMIN revoked it.")
    verify_code: str = strawberry.field(
        description="The code by which a third party verifies it, with `Query.verifyCertificate`."
    )

    revocation_reason = store_field(
        REVOCATION_REASONS,
        key="registration",
        returns=str,
        description="Why it was revoked. Null unless it is revoked and the viewer is the learner, an instructor of the "
        "course or an ADMIN.",
    )
