"""The plans of a schema: one for each operation and combination of the variables that `@skip` and `@include` use.

Operations are found in their document by the identity of their node. A document that is used once leaves nothing here:
the cache of documents keeps what is known of it. Plans keep its nodes, and count for them.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import DirectiveNode, GraphQLObjectType, OperationType, Visitor, visit
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
"""Of the values of the variables of one operation, and of the payloads of a mutation. Those that were not used for the
longest time are dropped."""
MOST_KEPT = 50_000
"""Fields of all plans and of their documents. Each takes about 2 KiB."""
COMPILE_UNITS = 2
"""Units of the rate for each field that is compiled because an operation has more combinations than are kept: 60 µs
or so."""
CONDITIONS = ("skip", "include")


@dataclass(slots=True, eq=False)
class _Operation:
    """What is known of one operation. `conditions`: the variables of its `@skip` and `@include`; `fields`: those of its
    document. `plans` have the number of their fields."""

    conditions: tuple[str, ...]
    unknown_directive: bool
    fields: int
    uses: int = 0
    plans: "OrderedDict[tuple[Any, ...], tuple[ObjectPlan | Fallback, int]]" = field(default_factory=OrderedDict)

    @property
    def kept(self) -> int:
        """The fields that are kept for its plans."""
        return self.fields + sum(fields for _, fields in self.plans.values())


class PlanCache:
    """The plans of one schema: at most `size` operations, and `MOST_KEPT` fields. Those of the operations that were
    least recently used are dropped."""

    def __init__(self, size: int) -> None:
        self.counters = ExecutionCounters()
        self.size = size
        self.most_fields = MOST_KEPT
        self._operations: OrderedDict[_Operation, None] = OrderedDict()
        self._kept = 0

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
        if (known := operation.plans.get(combination)) is None:
            known = self._compiled(executor, compiled)
            if len(operation.plans) == MOST_COMBINATIONS:
                peer.charge(COMPILE_UNITS * known[1])
            self._keep(operation, combination, known)
        else:
            operation.plans.move_to_end(combination)
            self._operations.move_to_end(operation)
        return known[0]

    def _operation(self, executor: Executor[Any]) -> _Operation:
        node, document = executor.operation, executor.context_value.document
        found: _Operation | None = document.planned.get(id(node))
        if found is None:
            search = _DirectiveSearch()
            for each in (node, *executor.fragment_definitions.values()):
                visit(each, search)
            conditions = tuple(sorted(search.variables))
            found = document.planned[id(node)] = _Operation(conditions, search.unknown, document.size.fields)
        return found

    def _compiled(
        self, executor: Executor[Any], compiled: Callable[[Compiler], ObjectPlan]
    ) -> tuple[ObjectPlan | Fallback, int]:
        """The plan, or why there is none, and how many fields were compiled."""
        compiler = Compiler(executor)
        try:
            plan = compiled(compiler)
        except NotCompiled as refusal:
            return refusal.reason, compiler.fields
        self.counters.compiled += 1
        return plan, compiler.fields

    def _keep(
        self, operation: _Operation, combination: tuple[Any, ...], plan: tuple[ObjectPlan | Fallback, int]
    ) -> None:
        if operation in self._operations:
            self._kept -= operation.kept
        operation.plans[combination] = plan
        if len(operation.plans) > MOST_COMBINATIONS:
            operation.plans.popitem(last=False)
        self._operations[operation] = None
        self._operations.move_to_end(operation)
        self._kept += operation.kept
        while len(self._operations) > self.size or (self._kept > self.most_fields and len(self._operations) > 1):
            dropped, _ = self._operations.popitem(last=False)
            self._kept -= dropped.kept
            dropped.plans.clear()


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
