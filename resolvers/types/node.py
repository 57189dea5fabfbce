"""Global ids: `base64(Type:key)`, opaque to clients (Relay's Global Object Identification)."""

from typing import Any

import strawberry
from strawberry.relay import from_base64, to_base64

from resolvers.errors import bad_input
from stores.domain.catalog import Course
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment


def identify(record: object) -> tuple[str, str]:
    """The type name and the key of a record that has a global id. TypeError for any other."""
    match record:
        case Profile(learner_id=key):
            return "Learner", key
        case Course(key=key):
            return "Course", key
        case Enrollment(registration=registration):
            return "Enrollment", str(registration)
    raise TypeError(f"{type(record).__name__} has no global id")


@strawberry.interface(description="An object with a global id. `Query.node` looks it up.")
class Node:
    """The interface of the types that `identify` knows."""

    @strawberry.field(description="The global id. Opaque.")
    def id(parent: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(to_base64(*identify(parent)))


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
