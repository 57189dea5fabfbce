"""`store_field`: the only way a field reads a store. It names the access path, the key of the parent and the arguments.

graphql-core resolves the field for each object through a loader. The declaration (`StoreField`, in the field's
metadata) is also read by the nullability check in `schema.py`.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

import strawberry

from resolvers.context import Info
from resolvers.data.dataloaders import AccessPath
from resolvers.policy.rules import NOTHING, About, about
from resolvers.types.cost_directives import Cost, ListSize, page_size
from resolvers.types.guard import permitted, refused, stricter_rule
from resolvers.types.selection import selected_fields
from resolvers.viewer import Viewer

Key = str | tuple[str, ...]
"""The attribute of the parent record that is the key, or several of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreField:
    """How a field of an object reads a store.

    A stricter rule of the policy table is checked before anything is read. `key`: attributes of the parent record; if
    one of them is None, the field is null without a store call. `args(viewer, parent, **arguments)` returns the path's
    arguments, or raises a `RequestError`. With `by_selection` it is also given the names of the fields that the
    operation selects beneath this one. `view(parent, found, args)` returns what the field's type is a view of; `found`
    is None if the key has no value. `count(arguments)`: how long a list the GraphQL arguments ask for, for the cost.
    """

    path: AccessPath[Any, Any, Any]
    key: Key
    args: Callable[..., Any] | None = None
    view: Callable[[Any, Any, Any], Any] | None = None
    by_selection: bool = False
    count: Callable[[Mapping[str, Any]], int] | None = None

    def key_of(self, parent: Any) -> Any:
        """The key in this parent record, None if a part of it is None."""
        if isinstance(self.key, str):
            return getattr(parent, self.key)
        parts = tuple(getattr(parent, name) for name in self.key)
        return None if None in parts else parts

    async def fetch(self, info: Info, parent: Any, given: dict[str, Any]) -> Any:
        """Resolve the field for one parent. `given`: the field's GraphQL arguments."""
        context = info.context
        if (stricter := stricter_rule(info)) is not None and not await permitted(info, stricter[0], about(parent)):
            return refused(context.viewer, stricter[1])
        selected = (selected_fields(info),) if self.by_selection else ()
        args = () if self.args is None else self.args(context.viewer, parent, *selected, **given)
        key = self.key_of(parent)
        if key is None:
            return None
        found = await context.loaders.load(self.path, key, args)
        return found if self.view is None else self.view(parent, found, args)


class Lookup(NamedTuple):
    """What a root field reads: one key of an access path, with the path's arguments. `about`: what a stricter rule of
    the field is decided by."""

    path: AccessPath[Any, Any, Any]
    key: Any
    args: Any = ()
    about: About = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class RootStoreField:
    """How a root field reads a store.

    `lookup(viewer, **arguments)` returns what to read, or raises a `RequestError`.
    `view(viewer, found, lookup)` returns what the field's type is a view of; it raises FORBIDDEN where the viewer may
    not learn that nothing was found.
    """

    lookup: Callable[..., Lookup]
    view: Callable[[Viewer, Any, Lookup], Any] | None = None

    async def fetch(self, info: Info, parent: Any, given: dict[str, Any]) -> Any:
        """Resolve the field. `given`: its GraphQL arguments; a root field has no parent."""
        context = info.context
        lookup = self.lookup(context.viewer, **given)
        if (stricter := stricter_rule(info)) is not None and not await permitted(info, stricter[0], lookup.about):
            return refused(context.viewer, stricter[1])
        found = await context.loaders.load(lookup.path, lookup.key, lookup.args)
        return found if self.view is None else self.view(context.viewer, found, lookup)


def store_field(
    path: AccessPath[Any, Any, Any],
    *,
    key: Key,
    returns: Any,
    description: str,
    args: Callable[..., Any] | None = None,
    view: Callable[[Any, Any, Any], Any] | None = None,
    by_selection: bool = False,
    weight: float = 1,
    size: int | None = None,
    count: Callable[[Mapping[str, Any]], int] | None = None,
) -> Any:
    """A nullable field of type `returns`; see `StoreField`. Its GraphQL arguments are `args`' keyword-only ones.

    `weight` is what it costs for each object, and `size` how long its list is assumed to be (`@cost`, `@listSize`); a
    field with the argument `first` is as long as that says, and one with `count` as that returns."""
    declared = StoreField(path=path, key=key, args=args, view=view, by_selection=by_selection, count=count)
    return _field(declared, arguments_of(args), returns, description, weight, size)


def record_field(path: AccessPath[Any, Any, Any], key: Key, name: str, returns: Any, description: str) -> Any:
    """A field with the attribute `name` of the record that the path finds; null if it finds none."""
    return store_field(
        path,
        key=key,
        returns=returns,
        view=lambda parent, found, args: getattr(found, name, None),
        description=description,
    )


def root_store_field(
    *,
    lookup: Callable[..., Lookup],
    returns: Any,
    description: str,
    view: Callable[[Viewer, Any, Lookup], Any] | None = None,
) -> Any:
    """A nullable root field; see `RootStoreField`. Its GraphQL arguments are `lookup`'s keyword-only ones."""
    return _field(RootStoreField(lookup=lookup, view=view), arguments_of(lookup), returns, description, 1, None)


def arguments_of(function: Callable[..., Any] | None) -> list[inspect.Parameter]:
    """The keyword-only parameters of a function: the GraphQL arguments of the field that it serves."""
    if function is None:
        return []
    parameters = inspect.signature(function).parameters.values()
    return [parameter for parameter in parameters if parameter.kind is inspect.Parameter.KEYWORD_ONLY]


def _field(
    declared: StoreField | RootStoreField,
    arguments: list[inspect.Parameter],
    returns: Any,
    description: str,
    weight: float,
    size: int | None,
) -> Any:
    async def resolve(parent: Any, info: Any, **given: Any) -> Any:
        return await declared.fetch(info, parent, given)

    # Strawberry derives a field's arguments and type from its resolver's signature: build that of the declaration.
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD
    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("parent", named, annotation=strawberry.Parent[Any]),  # type: ignore[misc]
            inspect.Parameter("info", named, annotation=Info),
            *arguments,
        ],
        return_annotation=Optional[returns],  # noqa: UP045 - `returns` may be an Annotated lazy type
    )
    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata={"store_field": declared},
        directives=[Cost(weight=f"{weight:g}"), *_sizes(arguments, size)],
    )


def _sizes(arguments: list[inspect.Parameter], size: int | None) -> list[ListSize]:
    first = next((each.default for each in arguments if each.name == "first"), None)
    if first is not None:
        return [page_size(first)]
    return [] if size is None else [ListSize(assumed_size=size)]
