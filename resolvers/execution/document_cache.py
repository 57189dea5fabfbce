"""Caches of parsed and validated documents. Long documents are not cached: they take too much memory."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TypeGuard

from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache

LONGEST_CACHED = 10_000
"""Characters. A parsed document takes about a hundred times its text."""
CACHED_DOCUMENTS = 128
"""In each cache: strawberry's default."""


def is_cached(text: str | None) -> TypeGuard[str]:
    """Whether the document with this text is short enough for the caches."""
    return text is not None and len(text) <= LONGEST_CACHED


class CachedParser(ParserCache):
    """Parses a document once."""

    def on_parse(self) -> Iterator[None]:
        """Take the parsed document from the cache. Strawberry parses it itself if it is not cached or malformed."""
        execution = self.execution_context
        if is_cached(execution.query):
            # An error raised here would break a stream of results. Strawberry parses it again and reports the error.
            with suppress(GraphQLError, RecursionError):
                execution.graphql_document = self.cached_parse_document(execution.query, **execution.parse_options)
        yield


class CachedValidator(ValidationCache):
    """Validates a document once."""

    def on_validate(self) -> Iterator[None]:
        """Take the errors of a cached document from the cache, unless it has been refused."""
        execution = self.execution_context
        if execution.pre_execution_errors is None and is_cached(execution.query):
            yield from super().on_validate()
        else:
            yield
