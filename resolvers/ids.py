"""Global ids: opaque to clients, `base64(Type:key)` to us (Relay's Global Object Identification); and ids we make."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.relay.utils import from_base64, to_base64

from resolvers.errors import bad_input
from stores.ports.catalog import Course
from stores.ports.paging import to_ms
from stores.ports.profiles import Profile
from stores.ports.progress import Enrollment


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


def uuid7(now: datetime, noise: bytes) -> UUID:
    """A UUID in the order of time (RFC 9562, section 5.7): 48 bits of milliseconds, 74 of `noise` (10 bytes)."""
    number = to_ms(now) << 80 | int.from_bytes(noise, "big")
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
