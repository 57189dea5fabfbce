"""The answer of one executor to a request, and what is wrong with that of the compiled one."""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import strawberry

from resolvers.context import Peer
from tests.oracle.documents import Request


class Error(NamedTuple):
    """An error of an answer. `message`: of an unexpected error, its cause. `locations`: lines and columns."""

    path: tuple[str | int, ...] | None
    code: str
    message: str
    locations: tuple[tuple[int, int], ...] = ()


class Answer(NamedTuple):
    """`data` is JSON text. `calls` counts the store calls by store and call."""

    data: str
    errors: Counter[Error]
    calls: Counter[tuple[str, str]]

    @property
    def is_refusal(self) -> bool:
        """Whether the operation was not executed: the document is not valid, or too large."""
        return self.data == "null" and all(error.path is None for error in self.errors)


class Causes(logging.Handler):
    """The causes of the unexpected errors that were masked, by the ids in their messages."""

    def __init__(self) -> None:
        super().__init__()
        self.by_id: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the cause of an error."""
        cause = record.exc_info[1] if record.exc_info else None
        self.by_id[record.__dict__["error_id"]] = f"{type(cause).__name__}: {cause}"


@contextmanager
def unexpected_errors() -> Iterator[Causes]:
    """Collects the causes of unexpected errors in place of the log."""
    log, causes = logging.getLogger("quadrangle.errors"), Causes()
    before = log.handlers, log.propagate
    log.handlers, log.propagate = [causes], False
    try:
        yield causes
    finally:
        log.handlers, log.propagate = before


async def answer_of(
    schema: strawberry.Schema, request: Request, variables: Mapping[str, Any], peer: Peer, causes: Causes
) -> Answer:
    """What the peer's executor answers. The peer traces its store calls."""
    result = await schema.execute(
        request.text,
        variable_values=dict(variables),
        context_value=peer,
        operation_name=request.operation_name,
    )
    traced = (result.extensions or {}).get("stores", {"batches": []})["batches"]
    errors: Counter[Error] = Counter()
    for error in result.errors or ():
        extensions = error.extensions or {}
        message = causes.by_id.get(str(extensions.get("id")), error.message)
        path = None if error.path is None else tuple(error.path)
        locations = tuple((each.line, each.column) for each in error.locations or ())
        errors[Error(path, str(extensions.get("code")), message, locations)] += 1
    calls = Counter((batch["store"], batch["call"]) for batch in traced)
    return Answer(json.dumps(result.data), errors, calls)


def differences(reference: Answer, compiled: Answer, *, counts_calls: bool = True) -> list[str]:
    """What is wrong with the answer of the compiled executor.

    Its data are equal, in the same order. It has every error of the reference; it may have others where the data are
    null. It makes no more store calls of a kind, unless an error in the reference nulled a parent: graphql-core may
    then have dropped siblings before it read them.
    """
    found = []
    if compiled.data != reference.data:
        found.append("the data differ")
    found += [f"lacks the error {error}" for error in reference.errors if error not in compiled.errors]
    data = json.loads(reference.data)
    for error, times in compiled.errors.items():
        if error not in reference.errors and not _is_beneath_null(data, error.path):
            found.append(f"has an error where the data are not null: {error}")
        if times > max(1, reference.errors[error]):
            found.append(f"has an error {times} times: {error}")
    if counts_calls and all(_is_null_itself(data, error.path) for error in reference.errors):
        more = compiled.calls - reference.calls
        found += [f"makes {count} more calls of {'.'.join(call)}" for call, count in more.items()]
    return found


def _is_beneath_null(data: Any, path: tuple[str | int, ...] | None) -> bool:
    """Whether the position of this path, or one above it, is null."""
    for step in path or ():
        if data is None:
            return True
        data = data[step]
    return data is None


def _is_null_itself(data: Any, path: tuple[str | int, ...] | None) -> bool:
    """Whether the position of this path is null, and none above it."""
    for step in path or ():
        if data is None:
            return False
        data = data[step]
    return True
