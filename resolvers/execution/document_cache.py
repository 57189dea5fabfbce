"""Caches of parsed and validated documents. Long documents are not cached: they take too much memory."""

from collections.abc import Iterator
from contextlib import suppress

from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionContext

LONGEST_CACHED = 10_000
"""Characters. Each cache holds 128 documents, and a parsed document takes about a hundred times its text."""


def is_cached(context: ExecutionContext) -> bool:
    """Whether the document of an operation is short enough for the caches."""
    return context.query is not None and len(context.query) <= LONGEST_CACHED


class CachedParser(ParserCache):
    """Parses a document once."""

    def on_parse(self) -> Iterator[None]:
        """Take the parsed document from the cache. Strawberry parses it itself if it is not cached or malformed."""
        execution = self.execution_context
        if execution.query is not None and is_cached(execution):
            # An error raised here would break a stream of results. Strawberry parses it again and reports the error.
            with suppress(GraphQLError, RecursionError):
                execution.graphql_document = self.cached_parse_document(execution.query, **execution.parse_options)
        yield


class CachedValidator(ValidationCache):
    """Validates a document once."""

    def on_validate(self) -> Iterator[None]:
        """Take the errors of a cached document from the cache."""
        if is_cached(self.execution_context):
            yield from super().on_validate()
        else:
            yield
