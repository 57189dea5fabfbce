"""The results of a stream, serialised: those of an event are the same bytes for all subscribers of a group."""

from dataclasses import dataclass
from typing import Any

import orjson

from gateway.http.graphql_request import response_of


@dataclass(frozen=True, slots=True)
class StreamedResult:
    """`json` is the response map. `errors` are those of a response without `data`: it is the last of its stream."""

    json: bytes
    errors: list[Any] | None = None


def streamed(result: Any) -> StreamedResult:
    """The serialised form of a result of strawberry or graphql-core."""
    response: dict[str, Any] = dict(response_of(result))
    return StreamedResult(orjson.dumps(response), None if "data" in response else response["errors"])


def refused(error: object) -> StreamedResult:
    """The only or last result of a stream that is refused with this error."""
    return StreamedResult(orjson.dumps({"errors": [error]}), [error])


def encode(result: Any) -> tuple[StreamedResult, int]:
    """`streamed`, and its size."""
    made = streamed(result)
    return made, len(made.json)
