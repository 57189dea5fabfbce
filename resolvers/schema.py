"""The schema: its root types, extensions and executor, and the check that fields over stores are nullable."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import strawberry
from graphql import GraphQLError, GraphQLNonNull, GraphQLObjectType
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from resolvers.context import Peer
from resolvers.execution.compiled.plan_cache import PLAN_CACHE, PlanCache
from resolvers.execution.document_cache import DocumentCache
from resolvers.execution.event_executor import EventExecutor
from resolvers.execution.limits.cost_rules import COST_RULES, cost_rules
from resolvers.execution.limits.document_text import parse_limited
from resolvers.execution.operation import Operation, mask
from resolvers.execution.repeated_document import execute_repeated, repeated_document
from resolvers.federation.platform_entities import ENTITIES, SHAREABLE
from resolvers.federation.sdl import federated_sdl
from resolvers.federation.subgraph import subgraph_query
from resolvers.mutation_root import Mutation
from resolvers.policy.check import check_policy
from resolvers.query_root import Query
from resolvers.strawberry_internals import core_schema
from resolvers.subscription_root import Subscription
from resolvers.types.scalars import CONFIG
from resolvers.types.store_field import RootStoreField, StoreField

PLANS = 1_000
"""How many plans a schema keeps, if the settings do not say it."""


class Graph(strawberry.Schema):
    """A Strawberry schema that leaves the logging of errors to `resolvers.errors`, and keeps the documents that it has
    parsed. Its overridden methods keep their names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.documents = DocumentCache(core_schema(self))

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """The result of a query or mutation. Those of repeated documents take a short way."""
        peer = cast("Peer", context_value)
        document = repeated_document(self.documents, query, operation_name, peer, allowed_operation_types)
        if document is not None:
            return await execute_repeated(core_schema(self), document, operation_name, peer, variable_values)
        result = await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )
        mask(result)  # `Operation` does not see what an unexpected error outside of a field makes of it
        return result

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Do not log: Strawberry's default logs the text of every error. `errors.masked` logs unexpected ones."""

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """Parse the document, if its text is within the limits, and prepare the operation.

        Strawberry has no hook that may refuse a text before it parses it: an error in one breaks a stream of results.
        """
        if context.query:
            document = parse_limited(self.documents, context.query, context.context.peer.limits)
            if isinstance(document, GraphQLError):
                context.pre_execution_errors = [document]
                return PreExecutionError(data=None, errors=[document])
            context.context.document = document
            context.graphql_document = document.node
        return await super()._prepare_operation_async(context, extensions_runner)


def build_schema(*, plans: int = PLANS) -> strawberry.Schema:
    """The schema of the gateway. It keeps the last `plans` plans of its compiled executor."""
    schema = schema_of(Query, Mutation, Subscription, plans=plans)
    check_policy(core_schema(schema))
    return schema


def build_subgraph(*tracing: type[SchemaExtension], plans: int = PLANS) -> strawberry.Schema:
    """The schema of the gateway with the root fields of a subgraph (Apollo Federation v2)."""
    query = subgraph_query(Query, ENTITIES, subgraph_sdl())
    schema = schema_of(query, Mutation, Subscription, tracing=tracing, plans=plans)
    check_policy(core_schema(schema))
    return schema


def subgraph_sdl() -> str:
    """The schema of the gateway for the composition of a federated graph."""
    return federated_sdl(build_schema().as_str(), ENTITIES, SHAREABLE)


def schema_of(
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    *,
    types: Sequence[type] = (),
    tracing: Sequence[type[SchemaExtension]] = (),
    plans: int = PLANS,
) -> strawberry.Schema:
    """A schema of these root types and those that no field leads to, with the extensions, the executor and the scalars
    of this project. Extensions for `tracing` begin first and end last."""
    schema = Graph(
        query,
        mutation,
        subscription,
        types=types,
        extensions=[*tracing, Operation],
        execution_context_class=EventExecutor,
        config=CONFIG,
    )
    refuse_fragile(schema)
    core = core_schema(schema)
    core.extensions[COST_RULES] = cost_rules(core)
    core.extensions[PLAN_CACHE] = PlanCache(plans)
    return schema


def refuse_fragile(schema: strawberry.Schema) -> None:
    """Raise RuntimeError if a field that reads a store is not nullable.

    A non-null field would null its parent as well: a store that is down must cost its own fields only.
    """
    for name, kind in core_schema(schema).type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__"):
            continue
        for field_name, field in kind.fields.items():
            definition = field.extensions.get("strawberry-definition")
            declared = (getattr(definition, "metadata", None) or {}).get("store_field")
            if isinstance(declared, StoreField | RootStoreField) and isinstance(field.type, GraphQLNonNull):
                raise RuntimeError(f"{name}.{field_name} reads a store and is not nullable")
