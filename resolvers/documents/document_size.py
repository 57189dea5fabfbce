"""The size of a parsed document, counted in time proportional to its text.

The fields of a fragment are counted once, and added for each spread (not merged): documents whose fragments multiply
cost no more than others. The document is not validated yet: it may have unknown fragments, and cycles of them, which
count as nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
)
from graphql.language import FragmentSpreadNode

INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class DocumentSize:
    """The size of a document: of its largest definition, fragments included, except for `tokens` and `definitions`.

    `depth` is the number of nested fields, `root_fields` those of an operation, `repeats` the most fields with the same
    name in the response that are selected of one object, where each fragment counts once. What is below `__schema` or
    `__type` is counted apart.
    """

    tokens: int = 0
    definitions: int = 0
    depth: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    fields: int = 0
    repeats: int = 0
    introspection_depth: int = 0
    introspection_fields: int = 0


@dataclass(slots=True)
class _Spread:
    """A place where a fragment is spread: below how many fields, and whether one of them is an introspection field."""

    fragment: str
    depth: int
    introspects: bool


@dataclass(slots=True)
class _Selected:
    """What is selected of one object: how often each name of the response, and the fragments."""

    names: Counter[str] = field(default_factory=Counter)
    fragments: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Definition:
    """The size of an operation or a fragment, at first without the fragments that it spreads. The first of `selected`
    is about its own object."""

    size: DocumentSize = field(default_factory=DocumentSize)
    spreads: list[_Spread] = field(default_factory=list)
    selected: list[_Selected] = field(default_factory=lambda: [_Selected()])


def document_size(document: DocumentNode) -> DocumentSize:
    """The size of a document that need not be valid."""
    fragments: dict[str, _Definition] = {}
    operations: list[_Definition] = []
    for each in document.definitions:
        if isinstance(each, FragmentDefinitionNode):
            fragments[each.name.value] = _read(each)
        elif isinstance(each, OperationDefinitionNode):
            operations.append(_read(each))
    for name in _dependencies_first(fragments):
        _add_spreads(fragments[name], fragments)
    for operation in operations:
        _add_spreads(operation, fragments)
    total = DocumentSize(tokens=document.token_count or 0, definitions=len(document.definitions))
    total.root_fields = max((each.size.root_fields for each in operations), default=0)
    for each_size in (each.size for each in (*fragments.values(), *operations)):
        for name in ("depth", "aliases", "directives", "fields", "repeats"):
            setattr(total, name, max(getattr(total, name), getattr(each_size, name)))
        total.introspection_depth = max(total.introspection_depth, each_size.introspection_depth)
        total.introspection_fields = max(total.introspection_fields, each_size.introspection_fields)
    return total


def _read(definition: OperationDefinitionNode | FragmentDefinitionNode) -> _Definition:
    """Count what a definition itself contains."""
    found = _Definition()
    size = found.size
    size.directives = len(definition.directives or ())
    for variable in definition.variable_definitions or ():
        size.directives += len(variable.directives or ())
    on_meta_type = isinstance(definition, FragmentDefinitionNode) and definition.type_condition.name.value[:2] == "__"
    pending = [(definition.selection_set, 0, on_meta_type, found.selected[0])]
    while pending:
        selections, depth, inside, selected = pending.pop()
        for selection in selections.selections:
            directives: tuple[DirectiveNode, ...] = selection.directives or ()
            size.directives += len(directives)
            if isinstance(selection, FieldNode):
                introspects = inside or selection.name.value in INTROSPECTION
                selected.names[(selection.alias or selection.name).value] += 1
                size.aliases += selection.alias is not None
                size.root_fields += depth == 0
                if introspects:
                    size.introspection_fields += 1
                    size.introspection_depth = max(size.introspection_depth, depth + 1)
                else:
                    size.fields += 1
                    size.depth = max(size.depth, depth + 1)
                if selection.selection_set is not None:
                    found.selected.append(_Selected())
                    pending.append((selection.selection_set, depth + 1, introspects, found.selected[-1]))
            elif isinstance(selection, FragmentSpreadNode):
                selected.fragments.add(selection.name.value)
                found.spreads.append(_Spread(selection.name.value, depth, inside))
            elif isinstance(selection, InlineFragmentNode):
                pending.append((selection.selection_set, depth, inside, selected))
    return found


def _add_spreads(definition: _Definition, fragments: Mapping[str, _Definition]) -> None:
    """Add the fragments that a definition spreads, whose own sizes are complete."""
    size = definition.size
    for selected in definition.selected:
        for name in selected.fragments:
            if (fragment := fragments.get(name)) is not None and fragment is not definition:
                selected.names.update(fragment.selected[0].names)
        size.repeats = max(size.repeats, *selected.names.values(), 0)
    for spread in definition.spreads:
        if (fragment := fragments.get(spread.fragment)) is None or fragment is definition:
            continue
        added = fragment.size
        size.aliases += added.aliases
        size.directives += added.directives
        size.repeats = max(size.repeats, added.repeats)
        if spread.depth == 0:
            size.root_fields += added.root_fields
        introspection_depth = added.introspection_depth
        if spread.introspects:
            size.introspection_fields += added.fields
            introspection_depth = max(introspection_depth, added.depth)
        else:
            size.fields += added.fields
            size.depth = max(size.depth, spread.depth + added.depth)
        size.introspection_fields += added.introspection_fields
        if introspection_depth:
            size.introspection_depth = max(size.introspection_depth, spread.depth + introspection_depth)


def _dependencies_first(fragments: Mapping[str, _Definition]) -> Iterator[str]:
    """The names of the fragments, each after those that it spreads, except where they form a cycle. Without recursion:
    chains of fragments may be longer than Python's stack."""
    begun: set[str] = set()
    for start in fragments:
        path: list[tuple[str, Iterator[_Spread]]] = []
        if start not in begun:
            begun.add(start)
            path.append((start, iter(fragments[start].spreads)))
        while path:
            name, rest = path[-1]
            spread = next(rest, None)
            if spread is None:
                path.pop()
                yield name
            elif spread.fragment in fragments and spread.fragment not in begun:
                begun.add(spread.fragment)
                path.append((spread.fragment, iter(fragments[spread.fragment].spreads)))
