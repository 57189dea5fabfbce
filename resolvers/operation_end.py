"""What is known of an operation when it ends, for logs and metrics: no values, no texts of the request."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from resolvers.data.store_calls import Batch
from resolvers.documents.document import Document


class OperationEnd(NamedTuple):
    """The end of a query or mutation, of a subscription, or of the execution of one of its events.

    `kind`: query, mutation, subscription or event; `invalid` if there is no such operation. `codes`: those of the
    errors, in order. `has_data`: the result has data, perhaps partial. `cost`: as estimated, in units of `@cost`.
    `batches`: the store calls. `ms`: milliseconds since the beginning. `document`: None if its text cannot be parsed.
    `limits`: the names of the limits that it exceeded (docs/limits.md). `is_cancelled`: it was ended before its result,
    mostly because its client left. `trace_id`: that of its trace, if it is sampled.
    """

    kind: str
    codes: Sequence[str]
    has_data: bool
    cost: float
    batches: Sequence[Batch]
    ms: float
    document: Document | None
    limits: Collection[str] = ()
    is_cancelled: bool = False
    trace_id: str | None = None


def unobserved(end: OperationEnd) -> None:
    """Let an operation end without a report."""
