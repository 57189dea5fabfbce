"""Which fields an operation selects beneath a field."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import FieldNode, SelectionNode, SelectionSetNode, VariableNode
from graphql.language import FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode

from resolvers.context import Info
from resolvers.strawberry_internals import resolve_info


def selected_fields(info: Info) -> frozenset[str]:
    """The names of the fields that are selected beneath the field of `info`, in the form of the schema."""
    field = resolve_info(info)
    return selected_beneath(field.field_nodes, field.fragments, info.variable_values)


def selected_beneath(
    nodes: Sequence[FieldNode], fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
) -> frozenset[str]:
    """The names of the fields that are selected beneath these selections of one field.

    Fragments are followed; what `@skip` and `@include` leave out is not selected. Each fragment is visited once:
    strawberry's `Info.selected_fields` takes time exponential in the depth of fragments that spread others twice.
    """
    names: set[str] = set()
    visited: set[str] = set()
    pending: list[SelectionSetNode | None] = [node.selection_set for node in nodes]
    while pending:
        selections = pending.pop()
        for selection in () if selections is None else selections.selections:
            if not is_included(selection, variables):
                continue
            if isinstance(selection, FieldNode):
                names.add(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and (name := selection.name.value) not in visited:
                visited.add(name)
                pending.append(fragments[name].selection_set)
    return frozenset(names)


def is_included(selection: SelectionNode, variables: Mapping[str, Any]) -> bool:
    """Whether `@skip` and `@include` leave a selection in."""
    for directive in selection.directives or ():
        if directive.name.value in ("skip", "include"):
            [argument] = directive.arguments or ()
            condition: Any = argument.value
            holds = variables[condition.name.value] if isinstance(condition, VariableNode) else condition.value
            if holds is (directive.name.value == "skip"):
                return False
    return True
