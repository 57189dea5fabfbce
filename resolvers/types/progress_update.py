"""ProgressUpdate: a view of what a feed tells of one commit."""

from datetime import datetime
from uuid import UUID

import strawberry

from resolvers.data.access_paths import ENROLLMENTS
from resolvers.types.enrollment import Enrollment
from resolvers.types.progress import CourseProgress, ItemProgress
from resolvers.types.scalars import BigInt
from resolvers.types.store_field import store_field
from stores.domain.updates import Update


@strawberry.type(
    description="A registration's progress as of one commit. `progress` and `changed` are as of the commit; "
    "`enrollment` and all that is read beneath it is as of now."
)
class ProgressUpdate:
    cursor: str = strawberry.field(description="Opaque; give it as `after` to go on behind this update.")
    at: datetime = strawberry.field(description="When it was committed.")
    registration: UUID = strawberry.field(description="The enrolment whose progress it is.")
    progress: CourseProgress = strawberry.field(description="The roll-up.")
    changed: list[ItemProgress] = strawberry.field(description="The items that differ from the update before.")
    coalesced: int = strawberry.field(
        description="How many updates of this registration were left out before it; their changes are among `changed`."
    )

    @strawberry.field(description="Grows by one with every commit that changed anything of the progress.")
    def version(parent: strawberry.Parent[Update]) -> BigInt:
        return BigInt(parent.version)

    enrollment = store_field(
        ENROLLMENTS, key="registration", returns=Enrollment, description="The enrolment, as of now."
    )
