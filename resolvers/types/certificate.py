"""Certificate, and what anyone may learn by its verification code."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.data.access_paths import PROFILES
from resolvers.data.certificate_paths import BASES, FACTS, REVOCATION_REASONS
from resolvers.data.reference_paths import COURSES
from resolvers.types.described_enum import describe_enum
from resolvers.types.node import opaque_id
from resolvers.types.store_field import Lookup, record_field, store_field
from resolvers.viewer import Viewer
from stores.domain.certificates import CertificateBasis
from stores.domain.progress import Certificate as Record

describe_enum(
    CertificateBasis,
    "What a certificate certifies.",
    {
        "PARTICIPATION": "The learner took part: all that was required can be stated by the learner.",
        "ASSESSMENT": "The course has a required item that must be passed and that learners may not grade themselves.",
    },
)
BASIS = "What it certifies, by the course version that the enrolment is pinned to."


@strawberry.type(description="The certificate of an enrolment. It is issued once, when the course is first satisfied.")
class Certificate:
    """A view of `stores.domain.progress.Certificate`."""

    @strawberry.field(description="Identifies the certificate in a client's cache. Opaque; `Query.node` refuses it.")
    def id(parent: strawberry.Parent[Record]) -> strawberry.ID:
        return opaque_id("Certificate", parent.registration)

    registration: UUID = strawberry.field(description="The enrolment.")
    issued_at: datetime = strawberry.field(description="When it was issued.")
    revoked_at: datetime | None = strawberry.field(description="When an ADMIN revoked it.")
    verify_code: str = strawberry.field(
        description="The code by which a third party verifies it, with `Query.verifyCertificate`."
    )

    basis = store_field(BASES, key="registration", returns=CertificateBasis, description=BASIS)
    revocation_reason = store_field(
        REVOCATION_REASONS,
        key="registration",
        returns=str,
        description="Why it was revoked. Null unless it is revoked and the viewer is the learner, an instructor of the "
        "course or an ADMIN.",
    )


@strawberry.type(description="What a certificate certifies, for all who have its code.")
class CertificateFacts:
    """A view of `certificate_paths.CertificateFacts`."""

    issued_at: datetime = strawberry.field(description="When it was issued.")
    revoked_at: datetime | None = strawberry.field(
        description="When it was revoked; null if it is valid. The reason is not public: see "
        "`Certificate.revocationReason`."
    )
    basis: CertificateBasis = strawberry.field(description=BASIS)

    course_title = record_field(COURSES, "course", "title", str, "The title of the course.")
    learner_name = record_field(
        PROFILES,
        "learner_id",
        "display_name",
        str,
        "The learner's display name; null if the learner has no profile.",
    )


def lookup_certificate(
    viewer: Viewer, *, code: Annotated[str, strawberry.argument(description="`Certificate.verifyCode`.")]
) -> Lookup:
    """`Query.verifyCertificate`. It is public."""
    return Lookup(FACTS, code)
