"""Public operations: those that need no token, because they select nothing but public root fields."""

from collections.abc import Iterable, Iterator

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, OperationType, SelectionNode, get_operation_ast
from graphql.language import FragmentSpreadNode, InlineFragmentNode

PUBLIC_FIELDS = frozenset({"__typename", "verifyCertificate"})
"""The root fields that a request without a token may select."""
LONGEST_PUBLIC = 2_000
"""Characters of a document without a token. To parse or execute a megabyte takes seconds, in which no other request is
served."""


def is_public(document: DocumentNode, operation_name: str | None) -> bool:
    """Whether the operation of a document is a query of public root fields only."""
    operation = get_operation_ast(document, operation_name)
    if operation is None or operation.operation is not OperationType.QUERY:
        return False
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    return all(name in PUBLIC_FIELDS for name in _root_fields(operation.selection_set.selections, fragments, set()))


def _root_fields(
    selections: Iterable[SelectionNode], fragments: dict[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[str]:
    """The names of the fields that are selected, fragments included. Each fragment is visited once."""
    for selection in selections:
        if isinstance(selection, FieldNode):
            yield selection.name.value
        elif isinstance(selection, InlineFragmentNode):
            yield from _root_fields(selection.selection_set.selections, fragments, seen)
        elif isinstance(selection, FragmentSpreadNode) and (name := selection.name.value) not in seen:
            seen.add(name)
            if name in fragments:
                yield from _root_fields(fragments[name].selection_set.selections, fragments, seen)
