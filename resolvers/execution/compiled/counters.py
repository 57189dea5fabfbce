"""How many plans were compiled, how many operations ran as one, and why others ran on graphql-core."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum


class Fallback(Enum):
    """Why an operation, or an event of a subscription, runs on graphql-core."""

    REFERENCE = "reference"
    """The peer's executor is `reference`."""
    NEW_DOCUMENT = "new document"
    """The document has been used fewer than `compile_after` times before."""
    MUTATION = "mutation"
    INTROSPECTION = "introspection"
    """The document selects `__schema` or `__type`."""
    TOO_LARGE = "too large"
    """The document selects too many fields for a plan to pay."""
    DIRECTIVE = "directive"
    """The document has a directive other than `@skip` and `@include`."""
    FIELD_TRACE = "field trace"
    """The peer traces fields: each one is timed for itself."""


@dataclass(slots=True)
class ExecutionCounters:
    """The counters of one schema. `run`: operations and events that ran as a plan; `payloads`: payloads of mutations
    that did. `fallback` counts by reason."""

    compiled: int = 0
    run: int = 0
    payloads: int = 0
    fallback: Counter[Fallback] = field(default_factory=Counter)
