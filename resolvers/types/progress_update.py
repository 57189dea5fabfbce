"""ProgressUpdate: a view of what a feed publishes of one commit."""

from datetime import datetime
from uuid import UUID

import strawberry

from resolvers.data.access_paths import ENROLLMENTS
from resolvers.types.cost_directives import ListSize
from resolvers.types.enrollment import Enrollment
from resolvers.types.progress import CourseProgress, ItemProgress
from resolvers.types.scalars import BigInt
from resolvers.types.store_field import store_field
from stores.domain.updates import Update


@strawberry.type(
    description="The progress of one registration after one commit. `progress` and `changed` are as of that commit. "
    "`enrollment` and its fields are read when the update is sent."
)
class ProgressUpdate:
    """A view of `Update`."""

    cursor: str = strawberry.field(description="Opaque. Pass it as `after` to get the updates after this one.")
    at: datetime = strawberry.field(description="The time of the commit.")
    registration: UUID = strawberry.field(description="The enrolment whose progress this is.")
    progress: CourseProgress = strawberry.field(description="The progress in the course.")
    changed: list[ItemProgress] = strawberry.field(
        description="The items whose progress changed since the last update.", directives=[ListSize(assumed_size=20)]
    )
    coalesced: int = strawberry.field(
        description="The number of earlier updates of this registration that were merged into this one. Their changes "
        "are in `changed`."
    )

    @strawberry.field(description="The version of the progress: each commit that changes it adds one.")
    def version(parent: strawberry.Parent[Update]) -> BigInt:
        return BigInt(parent.version)

    enrollment = store_field(
        ENROLLMENTS, key="registration", returns=Enrollment, description="The enrolment, as of now."
    )
