"""Each event of a subscription is executed as a query of its own: with loaders that have read nothing yet."""

from typing import Any

from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.context import Context
from resolvers.execution.graphql_internals import forget_sub_fields, release_helpers


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core asks for a copy of it for each event, after the source has yielded it and before it is executed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        release_helpers(self)

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        # The events of a subscription are executed one after the other: no other one uses these loaders.
        context: Context = self.context_value
        context.loaders.begin_event()
        executor = super().build_per_event_executor(payload)
        forget_sub_fields(executor)
        return executor
