"""The cost of a response: that of an operation with the real size of each list, for the trace.

It counts the answer only, not what was read to compute it: the trace of the store calls shows that.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
)
from graphql.language import FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

from resolvers.context import Context
from resolvers.execution.limits.cost_rules import COST_RULES, CostRules

Fragments = Mapping[str, FragmentDefinitionNode]


def traced_cost(context: Context, operation_name: str | None, data: Mapping[str, Any] | None) -> dict[str, float]:
    """`extensions.cost`: the estimate, and what the answer cost. An event of a subscription has the estimate only."""
    document, estimated = context.document, context.cost.estimated
    operation = None if document is None else document.operation(operation_name)
    if document is None or operation is None or operation.operation is OperationType.SUBSCRIPTION:
        return {"estimated": estimated}
    schema = document.schema
    actual = response_cost(schema, schema.extensions[COST_RULES], operation, document.fragments, data)
    return {"estimated": estimated, "actual": actual}


def response_cost(
    schema: GraphQLSchema,
    rules: CostRules,
    operation: OperationDefinitionNode,
    fragments: Fragments,
    data: Mapping[str, Any] | None,
) -> float:
    """The weights of the fields in `data`, and 1 for each object in it. Weights of inputs are not included."""
    root = schema.get_root_type(operation.operation)
    if root is None or data is None:
        return 0
    return _of_object(schema, rules, fragments, operation.selection_set, root, data, set())


def _of_object(
    schema: GraphQLSchema,
    rules: CostRules,
    fragments: Fragments,
    selections: SelectionSetNode,
    kind: GraphQLNamedType,
    data: Mapping[str, Any],
    visited: set[str],
) -> float:
    total = 0.0
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            key = (selection.alias or selection.name).value
            rule = rules.get(kind.name, {}).get(selection.name.value)
            if rule is None or key not in data:
                continue
            total += rule.weight
            if rule.returns is None or selection.selection_set is None:
                continue
            for each in _objects(data[key]):
                total += 1 + _of_object(schema, rules, fragments, selection.selection_set, rule.returns, each, set())
        elif isinstance(selection, InlineFragmentNode | FragmentSpreadNode):
            part: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(selection, InlineFragmentNode):
                part = selection
            elif (name := selection.name.value) in visited:
                continue
            else:
                visited.add(name)
                part = fragments[name]
            inner = kind if part.type_condition is None else schema.type_map[part.type_condition.name.value]
            total += _of_object(schema, rules, fragments, part.selection_set, inner, data, visited)
    return total


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in the value of a field: lists are flattened, nulls left out."""
    if isinstance(value, list):
        return [found for each in value for found in _objects(each)]
    return [value] if isinstance(value, Mapping) else []
