"""The codes of all errors that clients see, in payloads (`UserError.code`) and in `extensions.code`.

The stores and the write commands use the codes as plain text. docs/errors.md says where each one occurs.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """A code for programs. The schema shows its `description`: what it means and what to do."""

    description: str

    def __new__(cls, code: str, description: str = "") -> "ErrorCode":
        member = str.__new__(cls, code)
        member._value_, member.description = code, description
        return member

    BAD_USER_INPUT = "BAD_USER_INPUT", "A value is invalid: correct the part that the path names."
    FORBIDDEN = "FORBIDDEN", "It does not exist, or the viewer may not do this. The two look alike."
    UNAUTHENTICATED = "UNAUTHENTICATED", "The token is missing, invalid or expired: send a new one."
    NOT_FOUND = "NOT_FOUND", "It does not exist."
    UNKNOWN_LEARNER = "UNKNOWN_LEARNER", "There is no such learner."
    UNKNOWN_COURSE = "UNKNOWN_COURSE", "The catalog does not have the course, or the version of the enrolment."
    UNKNOWN_ITEM = "UNKNOWN_ITEM", "The course has no such item."
    UNKNOWN_REGISTRATION = "UNKNOWN_REGISTRATION", "There is no such enrolment."
    CONFLICT = (
        "CONFLICT",
        "The id is taken by something else, or another writer was first. Read the current state before you retry.",
    )
    DUPLICATE = "DUPLICATE", "Reserved. A repeated event is no error: see `InteractionStatus`."
    WITHDRAWN = "WITHDRAWN", "The learner withdrew from the course."
    LOCKED = "LOCKED", "A prerequisite of the item is not satisfied. The same write succeeds once it is."
    INVALID_VOID = "INVALID_VOID", "The voided event belongs to another enrolment."
    INVALID_TIME_ZONE = (
        "INVALID_TIME_ZONE",
        "The time zone of the learner's profile is not in the IANA database: correct the profile.",
    )
    TOO_MANY = (
        "TOO_MANY",
        "More than one write takes: send several smaller ones. Or the connection runs as many operations as it may: "
        "retry when one of them has ended.",
    )
    READ_ONLY = "READ_ONLY", "Profiles are read from a database of another system: change them there."
    NOT_SUPPORTED_HERE = "NOT_SUPPORTED_HERE", "This deployment's stores cannot do this."
    RETRY_LATER = (
        "RETRY_LATER",
        "Too many writes are waiting. Nothing was written: retry after the given number of milliseconds.",
    )
    STORE_UNAVAILABLE = (
        "STORE_UNAVAILABLE",
        "A store cannot be reached. A read may be retried; a write may have been applied: repeat it with the same ids.",
    )
    STORE_TIMEOUT = (
        "STORE_TIMEOUT",
        "A store did not answer in time. A read may be retried; a write may have been applied: repeat it with the same "
        "ids.",
    )
    STALE_REFUSED = (
        "STALE_REFUSED",
        "A store fails, and the last value that is known is older than the request accepts. Retry later.",
    )
    STORE_ERROR = "STORE_ERROR", "A store failed in another way. Retry later."
    CURSOR_EXPIRED = (
        "CURSOR_EXPIRED",
        "The updates after this cursor are gone: read the current state, then subscribe without a cursor.",
    )
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED", "The document is not GraphQL."
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED", "The document does not fit the schema."
    TOO_COMPLEX = (
        "TOO_COMPLEX",
        "The document is larger than a limit, or costs more: `extensions.limit` names the limit. Ask for less at once.",
    )
    TOO_MANY_STORE_CALLS = (
        "TOO_MANY_STORE_CALLS",
        "The operation has used up its store calls. The fields without a value need another request.",
    )
    OPERATION_TIMEOUT = (
        "OPERATION_TIMEOUT",
        "The operation took too long. A query may be retried; with `outcome: UNKNOWN` the write may be applied: repeat "
        "it with the same ids.",
    )
    PERSISTED_QUERY_NOT_FOUND = (
        "PERSISTED_QUERY_NOT_FOUND",
        "The document of this hash is not known: send it once with its text.",
    )
    PERSISTED_QUERY_NOT_SUPPORTED = (
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "The version of persisted queries is not supported: send the text of the document.",
    )
    UNTRUSTED_DOCUMENT = (
        "UNTRUSTED_DOCUMENT",
        "The deployment serves its own documents only: send the id of one in place of a text.",
    )
    RATE_LIMITED = (
        "RATE_LIMITED",
        "The client has sent too much: retry after the given number of milliseconds.",
    )
    OVERLOADED = "OVERLOADED", "The gateway has as much work as it may: retry after the time in Retry-After."
    BAD_REQUEST = (
        "BAD_REQUEST",
        "The request is not one of GraphQL over HTTP, or its operation cannot be run by this method or transport.",
    )
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED", "The HTTP method is not GET or POST."
    TOO_LARGE = "TOO_LARGE", "The request body is too large: send a smaller batch."
    HEAD_TOO_LARGE = "HEAD_TOO_LARGE", "The request's headers are too large or too many."
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT", "The request did not arrive in time: send it again."
    REFUSED = "REFUSED", "The HTTP request was refused for another reason; its status says which."
    INTERNAL = "INTERNAL", "A defect of the gateway. Its log has the cause under the id in the message."
