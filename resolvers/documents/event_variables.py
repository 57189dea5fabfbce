"""Which variables the execution of an event reads.

The arguments of the root field choose the source of the events. The execution of an event does not read them, so
subscribers to different courses, or with different cursors, may be in one group.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    visit,
)


def event_variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> frozenset[str]:
    """The names of the variables outside the arguments of root fields, in a valid document with these fragments."""
    at_root: set[str] = set()
    found = _of_root(operation.selection_set, fragments, at_root)
    return found | variables_in(fragment for name, fragment in fragments.items() if name not in at_root)


def variables_in(nodes: Iterable[Node]) -> frozenset[str]:
    """The names of the variables in these nodes."""
    names = _Variables()
    for node in nodes:
        visit(node, names)
    return frozenset(names.found)


def _of_root(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> frozenset[str]:
    """The variables of the selections of the root without the arguments of its fields. `seen` collects its fragments:
    they are spread at the root only, because no field returns the root type."""
    found = frozenset[str]()
    for each in selections.selections:
        found |= variables_in(each.directives or ())
        if isinstance(each, FieldNode) and each.selection_set is not None:
            found |= variables_in([each.selection_set])
        elif isinstance(each, InlineFragmentNode):
            found |= _of_root(each.selection_set, fragments, seen)
        elif isinstance(each, FragmentSpreadNode) and each.name.value not in seen:
            seen.add(each.name.value)
            fragment = fragments[each.name.value]
            found |= variables_in(fragment.directives or ()) | _of_root(fragment.selection_set, fragments, seen)
    return found


class _Variables(Visitor):
    """Collects the names of the variables in what it visits."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.found.add(node.name.value)
