"""Global ids: opaque to clients, `base64(Type:key)` to us (Relay's Global Object Identification); and ids we make."""

from typing import Any

import strawberry
from strawberry.relay import from_base64, to_base64

from resolvers.errors import bad_input
from stores.domain.catalog import Course
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment


def identify(record: object) -> tuple[str, str]:
    """Type and key of a record that has a global id."""
    match record:
        case Profile(learner_id=key):
            return "Learner", key
        case Course(key=key):
            return "Course", key
        case Enrollment(registration=registration):
            return "Enrollment", str(registration)
    raise TypeError(f"{type(record).__name__} has no global id")


@strawberry.interface(description="Anything with a global id; see `Query.node`.")
class Node:
    @strawberry.field(description="Opaque global id.")
    def id(parent: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(to_base64(*identify(parent)))


def parse_id(value: str) -> tuple[str, str]:
    """Type and key of a global id; BAD_USER_INPUT for anything else."""
    try:
        kind, key = from_base64(value)
    except ValueError:
        raise bad_input("not a global id") from None
    if not key or "\0" in key:
        raise bad_input("not a global id")
    return kind, key


def key_of(kind: str, value: str) -> str:
    """The key of a global id of this very type."""
    found, key = parse_id(value)
    if found != kind:
        raise bad_input(f"not the id of a {kind}")
    return key
