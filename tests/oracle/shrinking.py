"""Makes the document of a difference smaller, as long as the two executors differ."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from operator import is_
from typing import Any

from graphql import DocumentNode, parse, print_ast

from tests.oracle.cases import Difference, compare, with_request

MOST_TRIES = 600
Change = Callable[[Any], list[Any]]
"""What takes the place of a selection."""


async def shrink(difference: Difference) -> Difference:
    """A difference with a smaller document, in the same world."""
    tries = 0
    while True:
        for text in smaller(difference.case.request.text):
            tries += 1
            if tries > MOST_TRIES:
                return difference
            used = {name: value for name, value in difference.variables.items() if f"${name}:" in text}
            _, found = await compare(with_request(difference.case, text, used))
            if found is not None and not found.reference.is_refusal:
                difference = found
                break
        else:
            return difference


def smaller(text: str) -> Iterator[str]:
    """Documents with one thing less. Some are not valid."""
    document = parse(text, no_location=True)
    for change in (_without, _contents, _without_arguments, _without_directives, _without_alias):
        for place in count():
            counter = count()
            changed = [_rewritten(each, change, place, counter) for each in document.definitions]
            if next(counter) <= place:
                break
            if any(one is not other for one, other in zip(changed, document.definitions, strict=True)):
                tidied = _tidied(replace(document, definitions=tuple(changed)))
                if tidied is not None:
                    yield print_ast(tidied)


def _rewritten(node: Any, change: Change, place: int, counter: "count[int]") -> Any:
    """The node with `change` applied to the selection with this number, counted in the order of the text. The same
    node if nothing changes."""
    selections = getattr(node, "selection_set", None)
    if selections is None:
        return node
    made: list[Any] = []
    for each in selections.selections:
        if next(counter) == place:
            made += change(each)
        else:
            made.append(_rewritten(each, change, place, counter))
    if len(made) == len(selections.selections) and all(map(is_, made, selections.selections)):
        return node
    return replace(node, selection_set=replace(selections, selections=tuple(made)) if made else None)


def _without(selection: Any) -> list[Any]:
    return []


def _contents(selection: Any) -> list[Any]:
    return list(selection.selection_set.selections) if selection.kind == "inline_fragment" else [selection]


def _without_arguments(selection: Any) -> list[Any]:
    return [replace(selection, arguments=()) if getattr(selection, "arguments", None) else selection]


def _without_directives(selection: Any) -> list[Any]:
    return [replace(selection, directives=()) if selection.directives else selection]


def _without_alias(selection: Any) -> list[Any]:
    return [replace(selection, alias=None) if getattr(selection, "alias", None) else selection]


def _tidied(document: DocumentNode) -> DocumentNode | None:
    """The document without fragments and variables that nothing uses; None if nothing is selected any more."""
    if any(each.selection_set is None for each in document.definitions):  # type: ignore[attr-defined]
        return None
    while True:
        text = print_ast(document)
        kept = tuple(each for each in document.definitions if _is_used(each, text))
        if len(kept) == len(document.definitions):
            break
        document = replace(document, definitions=kept)
    return replace(document, definitions=tuple(_with_used_variables(each, text) for each in kept))


def _is_used(definition: Any, text: str) -> bool:
    return definition.kind != "fragment_definition" or bool(re.search(rf"\.\.\.{definition.name.value}\b", text))


def _with_used_variables(definition: Any, text: str) -> Any:
    if definition.kind != "operation_definition":
        return definition
    declared = definition.variable_definitions or ()
    # Its declaration is the first occurrence of a variable's name.
    used = (each for each in declared if len(re.findall(rf"\${each.variable.name.value}\b", text)) > 1)
    return replace(definition, variable_definitions=tuple(used))
