"""Global ids: `base64(Type:key)`, opaque to clients (Relay's Global Object Identification)."""

from typing import Any

import strawberry
from strawberry.relay import from_base64, to_base64

from resolvers.data.references import CourseRef, LearnerRef
from resolvers.errors import bad_input
from stores.domain.progress import CourseProgress, Enrollment, ItemProgress


def identify(record: object) -> tuple[str, str]:
    """The type name and the key of a record that has a global id. TypeError for any other."""
    match record:
        case LearnerRef(learner_id=key):
            return "Learner", key
        case CourseRef():
            return "Course", record.node_key
        case Enrollment(registration=registration):
            return "Enrollment", str(registration)
        case CourseProgress(registration=registration):
            return "CourseProgress", str(registration)
        case ItemProgress(registration=registration, item_key=item_key):
            return "ItemProgress", f"{registration}/{item_key}"
    raise TypeError(f"{type(record).__name__} has no global id")


@strawberry.interface(description="An object with a global id. `Query.node` looks it up.")
class Node:
    """The interface of the types that `identify` knows."""

    @strawberry.field(description="The global id. Opaque.")
    def id(parent: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(to_base64(*identify(parent)))


def opaque_id(kind: str, *parts: object) -> strawberry.ID:
    """The id of an object that `Query.node` does not look up: unique among all objects, for the caches of clients.

    Keys may contain slashes, which are escaped."""
    escaped = (str(part).replace("%", "%25").replace("/", "%2F") for part in parts)
    return strawberry.ID(to_base64(kind, "/".join(escaped)))


def parse_id(value: str) -> tuple[str, str]:
    """The type name and the key of a global id. BAD_USER_INPUT if it is not one."""
    try:
        kind, key = from_base64(value)
    except ValueError:
        raise bad_input("not a global id") from None
    if not key or "\0" in key:
        raise bad_input("not a global id")
    return kind, key


def key_of(kind: str, value: str) -> str:
    """The key of a global id of this type. BAD_USER_INPUT if it is not one."""
    found, key = parse_id(value)
    if found != kind:
        raise bad_input(f"not the global id of a {kind}")
    return key
