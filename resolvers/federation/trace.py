"""The trace of an operation, in the form that routers read: how long each field took ("ftv1").

The router merges the traces of its subgraphs and reports them. The messages of errors are those that the client sees.
"""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from time import perf_counter_ns
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, OperationType
from strawberry.extensions import SchemaExtension

from resolvers.context import Peer
from resolvers.federation.trace_messages import Trace

Keys = tuple[str | int, ...]


class FieldTrace(SchemaExtension):
    """Adds `extensions.ftv1` to the answers of peers that trace fields."""

    def on_operation(self) -> Iterator[None]:
        """Begin the trace, if the peer traces fields."""
        peer: Peer = self.execution_context.context
        self._trace = _RunningTrace(peer.now) if peer.traces_fields else None
        yield

    def get_results(self) -> dict[str, Any]:
        """The answer's `extensions.ftv1`. Subscriptions have none, and neither have requests that are not executed."""
        result = self.execution_context.result
        return {} if self._trace is None or result is None else {"ftv1": self._trace.end(result.errors or [])}

    def resolve(
        self, _next: Callable[..., Any], root: Any, info: GraphQLResolveInfo[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Resolve a field, and note when that began and ended. It adds no turn of the event loop: the loaders batch
        the keys of a traced operation as those of any other."""
        if info.operation.operation is OperationType.SUBSCRIPTION:
            self._trace = None  # it would grow with each event
        trace = self._trace
        if trace is None or info.field_name.startswith("__"):
            return _next(root, info, *args, **kwargs)
        node = trace.field(info)
        pending = False
        try:
            value = _next(root, info, *args, **kwargs)
            pending = info.is_awaitable(value)
        finally:
            if not pending:
                node.end_time = trace.elapsed()
        return trace.timed(node, value) if pending else value


class _RunningTrace:
    """The trace of one operation. Nodes are found by their path in the response."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._began = perf_counter_ns()
        self._trace = Trace()
        self._nodes: dict[Keys, Any] = {(): self._trace.root}
        _set_time(self._trace.start_time, now())

    def elapsed(self) -> int:
        """Nanoseconds since the operation began."""
        return perf_counter_ns() - self._began

    def field(self, info: GraphQLResolveInfo[Any]) -> Any:
        """The node of a field that begins."""
        node = self._node(tuple(info.path.as_list()))
        node.type, node.parent_type = str(info.return_type), info.parent_type.name
        if info.path.key != info.field_name:
            node.original_field_name = info.field_name
        node.start_time = self.elapsed()
        return node

    async def timed(self, node: Any, value: Awaitable[Any]) -> Any:
        """Await the value of a field, and note when it was there."""
        try:
            return await value
        finally:
            node.end_time = self.elapsed()

    def end(self, errors: list[GraphQLError]) -> str:
        """The trace with these errors, in Base64. Only those with a code: the text of others is not for clients."""
        for error in errors:
            if "code" not in (error.extensions or {}):
                continue
            entry = self._node(tuple(error.path or ())).error.add()
            entry.message, entry.json = error.message, json.dumps(error.formatted)
            for location in error.locations or ():
                entry.location.add(line=location.line, column=location.column)
        _set_time(self._trace.end_time, self._now())
        self._trace.duration_ns = self.elapsed()
        return b64encode(self._trace.SerializeToString()).decode()

    def _node(self, keys: Keys) -> Any:
        found = self._nodes.get(keys)
        if found is None:
            key = keys[-1]
            found = self._nodes[keys] = self._node(keys[:-1]).child.add()
            if isinstance(key, int):
                found.index = key
            else:
                found.response_name = key
        return found


def _set_time(timestamp: Any, moment: datetime) -> None:
    timestamp.seconds, timestamp.nanos = int(moment.timestamp()), moment.microsecond * 1000
