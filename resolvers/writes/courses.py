"""Publishing a course: one document write."""

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers import permissions
from resolvers.viewer import Viewer
from resolvers.writes.course_rules import course_faults
from resolvers.writes.faults import Refusal, refuse_forbidden
from resolvers.writes.write_stores import WriteStores
from stores.domain.catalog import Course, Module


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishCourse:
    """A course, or the next version of one. `key` is `course-v1:Org+Course+Run` or an absolute IRI. At most 2,000
    items. `image_url` is an https URL."""

    key: str
    title: str
    description: str | None = None
    image_url: str | None = None
    enforce_prerequisites: bool = True
    modules: Sequence[Module]


async def publish_course(stores: WriteStores, viewer: Viewer, command: PublishCourse) -> Course | Refusal:
    """Publish a course; for an ADMIN. Returns it with its version; repeating makes another one. Raises StoreError."""
    if not permissions.may_write(viewer, "createCourse"):
        return refuse_forbidden()
    draft = Course(
        key=command.key,
        version=1,  # the catalog numbers the versions of a key
        title=command.title,
        description=command.description,
        image_url=command.image_url,
        enforce_prerequisites=command.enforce_prerequisites,
        modules=tuple(command.modules),
        published_at=stores.now(),
    )
    if faults := course_faults(draft):
        return Refusal(faults)
    return await stores.call("catalog", "publish", 1, stores.stores.catalog.publish(draft))
