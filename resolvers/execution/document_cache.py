"""Documents that come again are parsed and validated once; very long ones are not kept: they take too much room."""

from collections.abc import Iterator
from contextlib import suppress

from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import ExecutionContext

LONGEST_KEPT = 10_000
"""Characters. The caches hold 128 documents each, a parsed one takes some hundred times its text."""


def is_kept(context: ExecutionContext) -> bool:
    return context.query is not None and len(context.query) <= LONGEST_KEPT


class Parsed(ParserCache):
    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        if asked.query is not None and is_kept(asked):
            # An error here would break off a stream of results. Strawberry comes upon it by itself, and tells it.
            with suppress(GraphQLError, RecursionError):
                asked.graphql_document = self.cached_parse_document(asked.query, **asked.parse_options)
        yield


class Validated(ValidationCache):
    def on_validate(self) -> Iterator[None]:
        if is_kept(self.execution_context):
            yield from super().on_validate()
        else:
            yield
