"""The executor of operations: strawberry's, without the references by which operations and events stay in memory, and
with an error for each value of the variables that does not fit its type. It refuses operations that cost too much, and
ends those that take too long."""

from typing import Any, cast

from graphql import DocumentNode, GraphQLError, GraphQLLeafType, GraphQLObjectType, GraphQLSchema, OperationType
from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.errors import bad_input
from resolvers.execution.coercion import coercion_errors
from resolvers.execution.compiled.counters import Fallback
from resolvers.execution.compiled.execute import execute
from resolvers.execution.compiled.plan_cache import PLAN_CACHE, PlanCache
from resolvers.execution.compiled.trace import shown_fallback
from resolvers.execution.deadline import read_within_deadline, write_within_deadline
from resolvers.execution.graphql_internals import forget_sub_fields, release_helpers
from resolvers.execution.limits.cost import limit_cost
from resolvers.execution.limits.response_size import ResponseSize
from resolvers.execution.payloads import execute_payload


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor that is freed when its operation ends, and that keeps nothing of a subscription's events."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        release_helpers(self)
        self.response_size = self._new_size()

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        raw_variable_values: Any = None,
        operation_name: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> "list[GraphQLError] | Executor[Any]":
        """The executor of an operation, or the errors of its variables or its cost. graphql-core calls it for all
        transports."""
        given = raw_variable_values or {}
        variables = context_value.document.variables(operation_name)
        values = None if variables is None else variables.coerce(given)
        if variables is None or values is None:
            made = super().build(
                schema, document, root_value, context_value, raw_variable_values, operation_name, *args, **kwargs
            )
        else:
            made = super().build(
                schema, variables.bare, root_value, context_value, None, operation_name, *args, **kwargs
            )
            if not isinstance(made, list):
                made.operation, made.variable_values = variables.operation, values
        if isinstance(made, list):
            errors = coercion_errors(schema, document, operation_name, given)
            return errors or [bad_input(error.message) for error in made]
        if (refusal := limit_cost(made)) is not None:
            return [refusal]
        if made.operation.operation is OperationType.SUBSCRIPTION:
            made.context_value.peer.on_subscribe(made)
        elif made.operation.operation is OperationType.QUERY:
            # Only here: a mutation and an event of a subscription must see each write at once.
            loaders = made.context_value.loaders
            loaders.shared = made.context_value.peer.shared
            if loaders.stale is not None:
                loaders.stale.serves = True
        return made

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The result of a query, of a mutation or of one event, within the deadline of its peer. graphql-core calls it
        for all transports."""
        plans: PlanCache = self.schema.extensions[PLAN_CACHE]
        plan = plans.plan(self, self.context_value.peer)
        if isinstance(plan, Fallback):
            if self.context_value.peer.trace_plan:
                self.context_value.plan_trace = shown_fallback(plan, plans.counters)
            result = super().execute_operation(serially)
        else:
            result = execute(self, plan, self.response_size, plans.counters)
        if not self.is_awaitable(result):
            return result
        if self.operation.operation is OperationType.MUTATION:
            return write_within_deadline(self.context_value.peer, result)
        return read_within_deadline(self.context_value, result)

    def collect_and_execute_subfields(
        self, return_type: GraphQLObjectType, field_details_list: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """The object of these fields of a result. graphql-core calls it for each object. The payloads of mutations are
        built by plans."""
        if path.prev is None and self.operation.operation is OperationType.MUTATION:
            plans: PlanCache = self.schema.extensions[PLAN_CACHE]
            peer = self.context_value.peer
            plan = plans.payload_plan(self, peer, return_type, field_details_list, path.key)
            if plan is not None:
                return execute_payload(self, plan, path.key, result, self.response_size)
        return super().collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)

    def _new_size(self) -> ResponseSize:
        peer = self.context_value.peer
        return ResponseSize(peer.limits, peer.charge)

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]
        """The value of a scalar or an enum in the response, whose size is counted. graphql-core calls it for each."""
        value = super().complete_leaf_value(return_type, result)
        self.response_size.add(value)
        return value

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """The copy of the executor that executes one event, which is charged like a query. graphql-core calls it for
        each event."""
        self.context_value.peer.charge(self.context_value.cost.estimated)
        executor = cast("EventExecutor", super().build_per_event_executor(payload))
        executor.response_size = self._new_size()
        forget_sub_fields(executor)
        return executor
