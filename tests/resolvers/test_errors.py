"""Errors as clients see them."""

from graphql import GraphQLError

from resolvers.errors import masked
from stores.errors import RetryLater


def test_a_full_queue_says_when_to_retry() -> None:
    cause = RetryLater("progress", "its queue is full", retry_after_ms=250)
    shown = masked(GraphQLError("", original_error=cause))
    assert shown.extensions == {"code": "RETRY_LATER", "store": "progress", "retryAfterMs": 250}
