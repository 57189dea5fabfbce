"""The estimated cost of an operation, before any resolver runs.

As the specification of `@cost` and `@listSize` defines it, the field cost and the type cost, added up: each field that
is resolved costs its weight, and each object 1. Lists have their largest size. Fields that `@skip` and `@include` leave
out cost nothing, nor does introspection, which has limits of its own. A scalar that has an alias costs a little.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution import Executor, get_argument_values
from graphql.execution.values import VariableValues
from graphql.language import FragmentDefinitionNode, FragmentSpreadNode

from resolvers.context import Context
from resolvers.documents.document import Document
from resolvers.execution.limits.argument_values import size_in_arguments
from resolvers.execution.limits.cost_rules import COST_RULES, UNSIZED, CostRules, FieldRule, SizeRule
from resolvers.execution.limits.exceeded import Exceeded
from resolvers.types.selection import is_included

Sizes = Mapping[str, int]
"""The sizes of the lists of an object, by field, where the field that returned the object said so."""
NO_SIZES: Sizes = {}
ALIAS = 0.1
"""The cost of an alias of a scalar, which would be free under as many names as there are."""


def limit_cost(executor: Executor[Any]) -> GraphQLError | None:
    """The refusal of an operation that costs too much, or None once the peer is charged for it. The estimate is stored
    in its Context."""
    context: Context = executor.context_value
    estimated = _estimated_once(context.document, executor)
    context.cost.estimated = estimated
    maximum = context.peer.limits.cost
    if estimated > maximum:
        refusal = Exceeded("cost", maximum, ceil(estimated)).refusal(context.peer.limits)
        if refusal is not None:
            return refusal
    context.peer.charge(min(estimated, maximum))  # more only where the limits measure
    return None


def _estimated_once(document: Document | None, executor: Executor[Any]) -> float:
    """The most that the operation of an executor costs: computed once for each document if no variable matters."""
    schema, operation = executor.schema, executor.operation
    if document is not None and (known := document.fixed_costs.get(id(operation))) is not None:
        return known
    root = schema.get_root_type(operation.operation)
    if root is None:
        return 0
    fragments = executor.fragment_definitions
    estimate = _Estimate(schema, schema.extensions[COST_RULES], fragments, executor.variable_values)
    cost = estimate.of_selections(operation.selection_set, root, NO_SIZES)
    if document is not None and not estimate.variables.read:
        document.fixed_costs[id(operation)] = cost
    return cost


class _WatchedVariables(dict[str, Any]):
    """The values of variables, and whether one of them was read."""

    read = False

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a variable."""
        self.read = True
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.read = True
        return super().__getitem__(name)


class _Estimate:
    """The estimate of one operation. What a fragment costs is computed once for each size of the lists in it."""

    def __init__(
        self,
        schema: GraphQLSchema,
        rules: CostRules,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._schema, self._rules, self._fragments = schema, rules, fragments
        self._variable_values, self.variables = variables, _WatchedVariables(variables.coerced)
        self._known: dict[tuple[str, str, tuple[tuple[str, int], ...]], float] = {}

    def of_selections(self, selections: SelectionSetNode, kind: GraphQLNamedType, sizes: Sizes) -> float:
        """The cost of the fields that are selected of one object of this type."""
        rules, total = self._rules.get(kind.name, {}), 0.0
        for selection in selections.selections:
            if selection.directives and not is_included(selection, self.variables):
                continue
            if isinstance(selection, FieldNode):
                if selection.alias is not None and selection.selection_set is None:
                    total += ALIAS
                if (rule := rules.get(selection.name.value)) is not None:
                    total += self._of_field(selection, rule, sizes)
            elif isinstance(selection, InlineFragmentNode):
                total += self.of_selections(selection.selection_set, self._condition(selection, kind), sizes)
            elif isinstance(selection, FragmentSpreadNode):
                total += self._of_fragment(selection.name.value, kind, sizes)
        return total

    def _of_field(self, node: FieldNode, rule: FieldRule, sizes: Sizes) -> float:
        cost = rule.weight
        for path, weight in rule.inputs:
            cost += weight * (size_in_arguments(node, path, self.variables, rule.defaults) or 0)
        if rule.returns is None or node.selection_set is None:
            return cost
        number, inner = UNSIZED, {}
        for each in rule.sizes:
            size = self._size(node, rule, each)
            if each.fields:
                inner.update(dict.fromkeys(each.fields, size))
            else:
                number = size
        if rule.count is not None:
            number = self._counted(node, rule.field, rule.count, number)
        number = sizes.get(node.name.value, number) if rule.is_list else 1
        return cost + number * (1 + self.of_selections(node.selection_set, rule.returns, inner or NO_SIZES))

    def _counted(
        self, node: FieldNode, field: GraphQLField, count: Callable[[Mapping[str, Any]], int], assumed: int
    ) -> int:
        self.variables.read = True
        try:
            return count(get_argument_values(field, node, self._variable_values))
        except GraphQLError:  # the field will report it
            return assumed

    def _size(self, node: FieldNode, rule: FieldRule, size: SizeRule) -> int:
        found = (size_in_arguments(node, path, self.variables, rule.defaults) for path in size.slices)
        # A size below zero, which the field will refuse, must not pay for other fields.
        return next((max(0, each) for each in found if each is not None), size.assumed)

    def _of_fragment(self, name: str, kind: GraphQLNamedType, sizes: Sizes) -> float:
        key = (name, kind.name, tuple(sizes.items()))
        if key not in self._known:
            fragment = self._fragments[name]
            self._known[key] = self.of_selections(fragment.selection_set, self._condition(fragment, kind), sizes)
        return self._known[key]

    def _condition(self, node: InlineFragmentNode | FragmentDefinitionNode, kind: GraphQLNamedType) -> GraphQLNamedType:
        """The type of the objects that a fragment is about: `kind` if it names none."""
        condition = node.type_condition
        return kind if condition is None else self._schema.type_map[condition.name.value]
