"""From GraphQL to write commands and back: the errors of payloads, and values that need a conversion."""

from collections.abc import Mapping

import strawberry
from strawberry.utils.str_converters import to_camel_case

from resolvers.errors import RequestError, client_message
from resolvers.types.enums import ErrorCode
from resolvers.types.node import key_of
from resolvers.writes.faults import Fault, Refusal
from stores.errors import CircuitOpen, RetryLater, StoreError

SAME_NAMES: Mapping[str, str] = {}


@strawberry.type(description="Why a write failed.")
class UserError:
    code: ErrorCode = strawberry.field(description="What went wrong, for programs.")
    message: str = strawberry.field(description="The error in words, for people.")
    path: list[str] = strawberry.field(description="The part of the input that is wrong.")
    retry_after_ms: int | None = strawberry.field(
        default=None,
        description="Nothing was sent to the store: wait this many milliseconds before you send the same write again.",
    )


def user_error(fault: Fault, names: Mapping[str, str] = SAME_NAMES) -> UserError:
    """A fault as an error of a payload. Parts of a command have the camel-cased name of the input's field, except for
    those in `names`."""
    parts = (str(part) if isinstance(part, int) else names.get(part) or to_camel_case(part) for part in fault.path)
    return UserError(code=ErrorCode(fault.code), message=fault.message, path=["input", *parts])


def user_errors(refusal: Refusal, names: Mapping[str, str] = SAME_NAMES) -> list[UserError]:
    """All faults of a refusal as errors of a payload."""
    return [user_error(fault, names) for fault in refusal.faults]


def store_user_error(error: StoreError) -> UserError:
    """A store failure as an error of a payload."""
    retry_after_ms = error.retry_after_ms if isinstance(error, RetryLater | CircuitOpen) else None
    return UserError(code=ErrorCode(error.code), message=client_message(error), path=[], retry_after_ms=retry_after_ms)


def request_user_error(error: RequestError) -> UserError:
    """A refusal of the operation, such as a store call beyond the limit, as an error of a payload."""
    return UserError(code=ErrorCode((error.extensions or {})["code"]), message=error.message, path=[])


def learner_id_of(global_id: str, part: str) -> str | UserError:
    """The learner id in a global id, or the error at `part` of the input."""
    try:
        return key_of("Learner", global_id)
    except RequestError as error:
        return UserError(code=ErrorCode.BAD_USER_INPUT, message=error.message, path=["input", part])
