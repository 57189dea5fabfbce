"""From GraphQL to write commands and back: the errors of payloads, and values that need a conversion."""

from collections.abc import Mapping

import strawberry
from strawberry.utils.str_converters import to_camel_case

from resolvers.errors import RequestError, client_message
from resolvers.types.node import key_of
from resolvers.writes.faults import Fault, Refusal
from stores.errors import RetryLater, StoreError

SAME_NAMES: Mapping[str, str] = {}


@strawberry.type(description="Why a write failed.")
class UserError:
    code: str = strawberry.field(
        description="BAD_USER_INPUT: the input is invalid. FORBIDDEN: not found, or not allowed. "
        "CONFLICT: the id is taken, or another writer was first. UNKNOWN_LEARNER, UNKNOWN_COURSE, "
        "UNKNOWN_REGISTRATION, UNKNOWN_ITEM, NOT_FOUND: it does not exist. WITHDRAWN: the learner withdrew from the "
        "course. INVALID_VOID: the voided event belongs to another enrolment. RETRY_LATER: too many writes are "
        "waiting; nothing was written. STORE_UNAVAILABLE, STORE_TIMEOUT: the write may have failed; repeat it with "
        "the same ids."
    )
    message: str = strawberry.field(description="The error in words, for people.")
    path: list[str] = strawberry.field(description="The part of the input that is wrong.")
    retry_after_ms: int | None = strawberry.field(
        default=None, description="With RETRY_LATER: wait this many milliseconds before you send the same write again."
    )


def user_error(fault: Fault, names: Mapping[str, str] = SAME_NAMES) -> UserError:
    """A fault as an error of a payload. Parts of a command have the camel-cased name of the input's field, except for
    those in `names`."""
    parts = (str(part) if isinstance(part, int) else names.get(part) or to_camel_case(part) for part in fault.path)
    return UserError(code=fault.code, message=fault.message, path=["input", *parts])


def user_errors(refusal: Refusal, names: Mapping[str, str] = SAME_NAMES) -> list[UserError]:
    """All faults of a refusal as errors of a payload."""
    return [user_error(fault, names) for fault in refusal.faults]


def store_user_error(error: StoreError) -> UserError:
    """A store failure as an error of a payload."""
    retry_after_ms = error.retry_after_ms if isinstance(error, RetryLater) else None
    return UserError(code=error.code, message=client_message(error), path=[], retry_after_ms=retry_after_ms)


def learner_id_of(global_id: str, part: str) -> str | UserError:
    """The learner id in a global id, or the error at `part` of the input."""
    try:
        return key_of("Learner", global_id)
    except RequestError as error:
        return UserError(code="BAD_USER_INPUT", message=error.message, path=["input", part])
