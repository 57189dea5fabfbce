"""The executor of operations: strawberry's, without the references by which operations and events stay in memory."""

from typing import Any

from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.execution.graphql_internals import forget_sub_fields, release_helpers


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor that is freed when its operation ends, and that keeps nothing of a subscription's events."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        release_helpers(self)

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """The copy of the executor that executes one event. graphql-core calls it for each event."""
        executor = super().build_per_event_executor(payload)
        forget_sub_fields(executor)
        return executor
