"""Which variables the execution of an event reads.

The arguments of the root field choose the source of the events. The execution of an event does not read them, so
subscribers to different courses, or with different cursors, may be in one group.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    visit,
)


def event_variables(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """The names of the variables outside the arguments of root fields, in a valid document."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    names = _Variables()
    at_root: set[str] = set()
    _visit_root(operation.selection_set, fragments, at_root, names)
    for name, fragment in fragments.items():
        if name not in at_root:
            visit(fragment, names)
    return frozenset(names.found)


def _visit_root(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str], names: "_Variables"
) -> None:
    """Visit the selections of the root without the arguments of its fields. `seen` collects its fragments: they are
    spread at the root only, because no field returns the root type."""
    for each in selections.selections:
        _visit_all(each.directives or (), names)
        if isinstance(each, FieldNode) and each.selection_set is not None:
            visit(each.selection_set, names)
        elif isinstance(each, InlineFragmentNode):
            _visit_root(each.selection_set, fragments, seen, names)
        elif isinstance(each, FragmentSpreadNode) and each.name.value not in seen:
            seen.add(each.name.value)
            fragment = fragments[each.name.value]
            _visit_all(fragment.directives or (), names)
            _visit_root(fragment.selection_set, fragments, seen, names)


def _visit_all(nodes: "tuple[DirectiveNode, ...]", names: "_Variables") -> None:
    for node in nodes:
        visit(node, names)


class _Variables(Visitor):
    """Collects the names of the variables in what it visits."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.found.add(node.name.value)
