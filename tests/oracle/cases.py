"""One comparison: a schema, a request and a world, all made from one seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import strawberry

from resolvers.context import ExecutorName, Peer
from resolvers.limits import Limits
from tests.oracle.answers import Answer, answer_of, differences, unexpected_errors
from tests.oracle.documents import Request

EXECUTORS: Sequence[ExecutorName] = ("reference", "compiled")
MOST = 10**9
WIDE = Limits(
    size=MOST,
    tokens=MOST,
    definitions=MOST,
    depth=MOST,
    aliases=MOST,
    root_fields=MOST,
    directives=MOST,
    fields=MOST,
    repeats=MOST,
    introspection_depth=MOST,
    introspection_fields=MOST,
    cost=MOST,
    store_calls=MOST,
    response=MOST,
)
"""Limits that no document reaches."""
ALIKE = 0.4
"""In this share of the cases all store calls take equally long, and the executors are to make as many."""
LATENCY = 25
"""How many turns of the event loop a store call takes then: many more than an executor."""


@dataclass(frozen=True, slots=True)
class Case:
    """`peer_of(executor)` returns a fresh peer that traces its store calls; `world` describes what it reads.
    `counts_calls`: whether the numbers of store calls are compared. Without latency, and beneath asynchronous
    resolvers, it depends on single turns of the event loop what a call has in time."""

    schema: strawberry.Schema
    request: Request
    peer_of: Callable[[ExecutorName], Peer]
    world: str
    counts_calls: bool = True


class Difference(NamedTuple):
    """Two answers to a request with one set of variables, and what is wrong with the second."""

    case: Case
    variables: dict[str, Any]
    reference: Answer
    compiled: Answer
    wrong: Sequence[str]

    def __str__(self) -> str:
        shown = [f"{self.case.world}", self.case.request.text, f"variables: {self.variables}"]
        for name, answer in (("reference", self.reference), ("compiled", self.compiled)):
            shown += [f"{name}: {answer.data}", *(f"    {error}" for error in answer.errors)]
            shown.append(f"    calls: {dict(answer.calls)}")
        return "\n".join([*shown, *(f"-> {each}" for each in self.wrong)])


async def compare(case: Case) -> tuple[int, Difference | None]:
    """Run both executors with each set of variables. How many pairs of answers were compared, and the first
    difference. A document that is not valid counts as none."""
    compared = 0
    with unexpected_errors() as causes:
        for variables in case.request.variables:
            reference, compiled = [
                await answer_of(case.schema, case.request, variables, case.peer_of(executor), causes)
                for executor in EXECUTORS
            ]
            if wrong := differences(reference, compiled, counts_calls=case.counts_calls):
                return compared + 1, Difference(case, variables, reference, compiled, wrong)
            compared += not reference.is_refusal
    return compared, None


def with_request(case: Case, text: str, variables: dict[str, Any]) -> Case:
    """The case with another document."""
    return replace(case, request=Request(text, case.request.operation_name, (variables,)))
