"""Public operations: those that need no token, because every field that they select is public in the policy table."""

from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
)
from graphql.language import FragmentSpreadNode, InlineFragmentNode

from resolvers.policy.rules import PUBLIC
from resolvers.policy.table import TABLE

LONGEST_PUBLIC = 2_000
"""Characters of a document without a token. To parse or execute a megabyte takes seconds, in which no other request is
served."""


def is_public(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> bool:
    """Whether an operation is a query of public fields only. Its document, which has these fragments, need not be
    valid."""
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        return False
    visited: set[tuple[str, str]] = set()
    pending: list[tuple[GraphQLObjectType, SelectionSetNode]] = [(schema.query_type, operation.selection_set)]
    while pending:
        kind, selected = pending.pop()
        for selection in selected.selections:
            if isinstance(selection, InlineFragmentNode):
                pending.append((kind, selection.selection_set))
            elif isinstance(selection, FragmentSpreadNode):
                if (place := (kind.name, selection.name.value)) not in visited and place[1] in fragments:
                    pending.append((kind, fragments[place[1]].selection_set))
                visited.add(place)
            elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
                name = selection.name.value
                row = TABLE.get((kind.name, name))
                if row is None or row.rule != PUBLIC or name not in kind.fields:
                    return False
                returned = get_named_type(kind.fields[name].type)
                if selection.selection_set is not None and isinstance(returned, GraphQLObjectType):
                    pending.append((returned, selection.selection_set))
    return True
