"""The plans of a schema: one for each operation and combination of the variables that `@skip` and `@include` use.

Operations are found by the identity of their node in the document: the cache of documents keeps that while the document
is used, and an entry keeps it as long as its plans.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import DirectiveNode, GraphQLObjectType, OperationDefinitionNode, OperationType, Visitor, visit
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.language import VariableNode

from resolvers.context import Peer
from resolvers.execution.compiled.compile import Compiler, NotCompiled
from resolvers.execution.compiled.counters import ExecutionCounters, Fallback
from resolvers.execution.compiled.plan import ObjectPlan

PLAN_CACHE = "plan_cache"
"""Where a schema of graphql-core has its `PlanCache`, in `extensions`."""
MOST_COMBINATIONS = 16
"""Of the values of the variables of one operation, and of the payloads of a mutation. The oldest is dropped."""
CONDITIONS = ("skip", "include")


@dataclass(slots=True)
class _Operation:
    """What is known of one operation. `conditions`: the variables of its `@skip` and `@include`."""

    node: OperationDefinitionNode
    conditions: tuple[str, ...]
    unknown_directive: bool
    uses: int = 0
    plans: "OrderedDict[tuple[Any, ...], ObjectPlan | Fallback]" = field(default_factory=OrderedDict)


class PlanCache:
    """The plans of one schema: at most `size` operations, the least recently used are dropped."""

    def __init__(self, size: int) -> None:
        self.counters = ExecutionCounters()
        self.size = size
        self._operations: OrderedDict[int, _Operation] = OrderedDict()

    def plan(self, executor: Executor[Any], peer: Peer) -> ObjectPlan | Fallback:
        """The plan of an executor's operation, or why it runs on graphql-core. Both are counted."""
        operation = self._operation(executor)
        operation.uses += 1
        if executor.operation.operation is OperationType.MUTATION:
            found: ObjectPlan | Fallback = Fallback.MUTATION
        else:
            found = self._plan(executor, peer, operation, None, Compiler.operation)
        if isinstance(found, Fallback):
            self.counters.fallback[found] += 1
        else:
            self.counters.run += 1
        return found

    def payload_plan(
        self, executor: Executor[Any], peer: Peer, kind: GraphQLObjectType, details: list[FieldDetails], key: str
    ) -> ObjectPlan | None:
        """The plan of the payload of a mutation's root field, with the response name `key` and of this type; None if
        graphql-core builds it."""
        operation = self._operation(executor)
        compiled = partial(Compiler.payload, kind=kind, details=details, key=key)
        found = self._plan(executor, peer, operation, key, compiled)
        if isinstance(found, Fallback):
            return None
        self.counters.payloads += 1
        return found

    def _plan(
        self,
        executor: Executor[Any],
        peer: Peer,
        operation: _Operation,
        part: str | None,
        compiled: Callable[[Compiler], ObjectPlan],
    ) -> ObjectPlan | Fallback:
        """The plan of an operation, or of the `part` of it that `compiled` compiles."""
        if peer.executor == "reference":
            return Fallback.REFERENCE
        if peer.traces_fields:
            return Fallback.FIELD_TRACE
        if operation.uses <= peer.compile_after:
            return Fallback.NEW_DOCUMENT
        if operation.unknown_directive:
            return Fallback.DIRECTIVE
        values = executor.variable_values.coerced
        combination = (part, *(values.get(name) for name in operation.conditions))
        plan = operation.plans.get(combination)
        if plan is None:
            plan = operation.plans[combination] = self._compiled(executor, compiled)
            if len(operation.plans) > MOST_COMBINATIONS:
                operation.plans.popitem(last=False)
        return plan

    def _operation(self, executor: Executor[Any]) -> _Operation:
        node = executor.operation
        found = self._operations.get(id(node))
        if found is None:
            search = _DirectiveSearch()
            for each in (node, *executor.fragment_definitions.values()):
                visit(each, search)
            found = self._operations[id(node)] = _Operation(node, tuple(sorted(search.variables)), search.unknown)
            if len(self._operations) > self.size:
                self._operations.popitem(last=False)
        else:
            self._operations.move_to_end(id(node))
        return found

    def _compiled(self, executor: Executor[Any], compiled: Callable[[Compiler], ObjectPlan]) -> ObjectPlan | Fallback:
        try:
            plan = compiled(Compiler(executor))
        except NotCompiled as refusal:
            return refusal.reason
        self.counters.compiled += 1
        return plan


class _DirectiveSearch(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.unknown = False

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Note the variables of a condition, or that the directive is another one."""
        self.unknown = self.unknown or node.name.value not in CONDITIONS
        self.variables |= {
            each.value.name.value for each in node.arguments or () if isinstance(each.value, VariableNode)
        }
