"""Which fields an operation selects beneath a field."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import FieldNode, SelectionNode, SelectionSetNode, VariableNode
from graphql.language import FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, OperationDefinitionNode

from resolvers.context import Info
from resolvers.strawberry_internals import resolve_info

Fragments = Mapping[str, FragmentDefinitionNode]
Variables = Mapping[str, Any]
HasSelections = FieldNode | OperationDefinitionNode


def selected_fields(info: Info) -> frozenset[str]:
    """The names of the fields that are selected beneath the field of `info`, in the form of the schema."""
    field = resolve_info(info)
    return selected_beneath(field.field_nodes, field.fragments, info.variable_values)


def selected_with_same_name(info: Info, path: Sequence[str]) -> frozenset[str]:
    """`selected_in_operation` beneath all fields with the name of that of `info`."""
    field = resolve_info(info)
    return selected_in_operation(field.field_name, path, field.operation, field.fragments, info.variable_values)


def selected_in_operation(
    name: str, path: Sequence[str], operation: OperationDefinitionNode, fragments: Fragments, variables: Variables
) -> frozenset[str]:
    """The names of the fields that the operation selects at this path beneath all fields called `name`. They are the
    same for each of these fields, so that they can be read in one store call."""
    return selected_beneath(fields_named(name, operation, fragments, variables), fragments, variables, path=path)


def selected_beneath(
    nodes: Sequence[HasSelections], fragments: Fragments, variables: Variables, *, path: Sequence[str] = ()
) -> frozenset[str]:
    """The names of the fields that are selected at this path beneath these selections; without a path directly."""
    for name in path:
        nodes = [node for node in fields_beneath(nodes, fragments, variables) if node.name.value == name]
    return frozenset(node.name.value for node in fields_beneath(nodes, fragments, variables))


def fields_named(
    name: str, operation: OperationDefinitionNode, fragments: Fragments, variables: Variables
) -> list[FieldNode]:
    """All selections of fields with this name in an operation, on any type and at any depth."""
    found: list[FieldNode] = []
    level: list[HasSelections] = [operation]
    visited: set[str] = set()
    while level:
        beneath = list(fields_beneath(level, fragments, variables, visited))
        found += (node for node in beneath if node.name.value == name)
        level = [*beneath]
    return found


def fields_beneath(
    nodes: Iterable[HasSelections], fragments: Fragments, variables: Variables, visited: set[str] | None = None
) -> Iterator[FieldNode]:
    """The fields that are selected directly beneath these selections.

    Fragments are followed; what `@skip` and `@include` leave out is not selected. Each fragment is visited once:
    strawberry's `Info.selected_fields` takes time exponential in the depth of fragments that spread others twice.
    `visited`: the names of fragments that were visited before, and are left out; those visited now are added.
    """
    visited = set() if visited is None else visited
    pending: list[SelectionSetNode | None] = [node.selection_set for node in nodes]
    while pending:
        selections = pending.pop()
        for selection in () if selections is None else selections.selections:
            if not is_included(selection, variables):
                continue
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and (name := selection.name.value) not in visited:
                visited.add(name)
                pending.append(fragments[name].selection_set)


def is_included(selection: SelectionNode, variables: Variables) -> bool:
    """Whether `@skip` and `@include` leave a selection in."""
    for directive in selection.directives or ():
        if directive.name.value in ("skip", "include"):
            [argument] = directive.arguments or ()
            condition: Any = argument.value
            holds = variables[condition.name.value] if isinstance(condition, VariableNode) else condition.value
            if holds is (directive.name.value == "skip"):
                return False
    return True
