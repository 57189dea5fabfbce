"""The table of contents: what the graph consists of, and the check that no field can take a page down."""

import strawberry
from graphql import GraphQLError, GraphQLNonNull, GraphQLObjectType
from strawberry.types import ExecutionContext

from resolvers.execution.document_cache import Parsed, Validated
from resolvers.execution.event_executor import EventExecutor
from resolvers.execution.operation import Operation
from resolvers.execution.strawberry_internals import core_schema
from resolvers.mutation_root import Mutation
from resolvers.query_root import Query
from resolvers.subscription_root import Subscription
from resolvers.types.scalars import CONFIG
from resolvers.types.store_field import RootStoreField, StoreField


class Graph(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Strawberry would log every error's text, a store's included; `errors.masked` logs what is unexpected."""


def build_schema() -> strawberry.Schema:
    return schema_of(Query, Mutation, Subscription)


def schema_of(query: type, mutation: type | None = None, subscription: type | None = None) -> strawberry.Schema:
    """A schema of these root types, run as all of ours are."""
    schema = Graph(
        query,
        mutation,
        subscription,
        extensions=[Parsed, Validated, Operation],
        execution_context_class=EventExecutor,
        config=CONFIG,
    )
    refuse_fragile(schema)
    return schema


def refuse_fragile(schema: strawberry.Schema) -> None:
    """RuntimeError where a field that reaches a store is not nullable: a store that is down costs its fields alone."""
    for name, kind in core_schema(schema).type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__"):
            continue
        for field_name, field in kind.fields.items():
            definition = field.extensions.get("strawberry-definition")
            declared = (getattr(definition, "metadata", None) or {}).get("store_field")
            if isinstance(declared, StoreField | RootStoreField) and isinstance(field.type, GraphQLNonNull):
                raise RuntimeError(f"{name}.{field_name} reaches a store and is not nullable")
