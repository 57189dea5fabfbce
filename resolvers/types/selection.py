"""Which fields an operation selects beneath a field."""

from collections.abc import Iterable, Iterator

from strawberry.types.nodes import Directives, SelectedField, Selection


def selected_fields(selections: Iterable[Selection]) -> frozenset[str]:
    """The names of the fields that are selected beneath these fields (`Info.selected_fields`), in the form of the
    schema. Fragments are followed; what `@skip` and `@include` leave out is not selected."""
    return frozenset(
        name for field in selections for name in _names(field.selections) if _is_included(field.directives)
    )


def _names(selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        if not _is_included(selection.directives):
            continue
        if isinstance(selection, SelectedField):
            yield selection.name
        else:
            yield from _names(selection.selections)


def _is_included(directives: Directives) -> bool:
    skip, include = directives.get("skip", {}), directives.get("include", {})
    return not skip.get("if", False) and bool(include.get("if", True))
