"""`store_field`: the only way a field reads a store. It names the access path, the key of the parent and the arguments.

The declaration (`StoreField` or `RootStoreField` here, `RootListField` beside it) serves both executors:
graphql-core resolves the field for each object through a loader, the compiled executor for all objects of a level at
once. The nullability check in `schema.py` reads it, too.
"""

import inspect
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple, Optional, Protocol

import strawberry

from resolvers.context import Info
from resolvers.data.dataloaders import AccessPath
from resolvers.policy.rules import NOTHING, About, about
from resolvers.types.cost_directives import Cost, ListSize, page_size
from resolvers.types.guard import permitted, refused, stricter_rule
from resolvers.types.selection import selected_with_same_name
from resolvers.viewer import Viewer

Key = str | tuple[str, ...]
"""The attribute of the parent record that is the key, or several of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreField:
    """How a field of an object reads a store.

    A stricter rule of the policy table is checked before anything is read. `key`: attributes of the parent record; if
    one of them is None, the field is null without a store call. `args(**arguments)` returns the path's arguments, or
    raises a `RequestError`. It is a function of what it is given: with `scope`, first what `scope(viewer, parent)`
    returns, then with `by_selection`, a path beneath this field, the names that are selected there
    (`selected_in_operation`). `view(parent, found, args)` returns what the field's type is a view of; `found` is None
    if the key has no value. Without a view that is `found` itself, or its `attribute`. `count(arguments)`: how long a
    list the GraphQL arguments ask for, for the cost.
    """

    path: AccessPath[Any, Any, Any]
    key: Key
    args: Callable[..., Any] | None = None
    scope: Callable[[Viewer, Any], Hashable] | None = None
    view: Callable[[Any, Any, Any], Any] | None = None
    attribute: str | None = None
    by_selection: tuple[str, ...] | None = None
    count: Callable[[Mapping[str, Any]], int] | None = None

    @property
    def key_of(self) -> Callable[[Any], Any]:
        """The function that returns the key in a parent record, None if a part of it is None."""
        if isinstance(self.key, str):
            return attrgetter(self.key)
        parts_of = attrgetter(*self.key)

        def key_of(parent: Any) -> Any:
            parts = parts_of(parent)
            return None if None in parts else parts

        return key_of

    async def fetch(self, info: Info, parent: Any, given: dict[str, Any]) -> Any:
        """Resolve the field for one parent. `given`: the field's GraphQL arguments."""
        context = info.context
        if (stricter := stricter_rule(info)) is not None and not await permitted(info, stricter[0], about(parent)):
            return refused(context.viewer, stricter[1])
        args: Any = ()
        if self.args is not None:
            scope = () if self.scope is None else (self.scope(context.viewer, parent),)
            selected = () if self.by_selection is None else (selected_with_same_name(info, self.by_selection),)
            args = self.args(*scope, *selected, **given)
        if (key := self.key_of(parent)) is None:
            return None
        return self.viewed(parent, await context.loaders.load(self.path, key, args), args)

    @property
    def returns_found(self) -> bool:
        """Whether the field's type is a view of what is found, as it is."""
        return self.view is None and self.attribute is None

    def viewed(self, parent: Any, found: Any, args: Any) -> Any:
        """What the field's type is a view of."""
        if self.attribute is not None:
            return None if found is None else getattr(found, self.attribute)
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
        return self.viewed(context.viewer, await context.loaders.load(lookup.path, lookup.key, lookup.args), lookup)

    def viewed(self, viewer: Viewer, found: Any, lookup: Lookup) -> Any:
        """What the field's type is a view of. Raises FORBIDDEN."""
        return found if self.view is None else self.view(viewer, found, lookup)


class Declaration(Protocol):
    """How a field reads stores. It lies in the metadata of the field, as `store_field`."""

    async def fetch(self, info: Info, parent: Any, given: dict[str, Any]) -> Any:
        """Resolve the field for one parent. `given`: its GraphQL arguments."""


def store_field(
    path: AccessPath[Any, Any, Any],
    *,
    key: Key,
    returns: Any,
    description: str,
    args: Callable[..., Any] | None = None,
    scope: Callable[[Viewer, Any], Hashable] | None = None,
    view: Callable[[Any, Any, Any], Any] | None = None,
    attribute: str | None = None,
    by_selection: tuple[str, ...] | None = None,
    weight: float = 1,
    size: int | None = None,
    count: Callable[[Mapping[str, Any]], int] | None = None,
) -> Any:
    """A nullable field of type `returns`; see `StoreField`. Its GraphQL arguments are `args`' keyword-only ones.

    `weight` is what it costs for each object, and `size` how long its list is assumed to be (`@cost`, `@listSize`); a
    field with the argument `first` is as long as that says, and one with `count` as that returns."""
    declared = StoreField(
        path=path,
        key=key,
        args=args,
        scope=scope,
        view=view,
        attribute=attribute,
        by_selection=by_selection,
        count=count,
    )
    directives = [Cost(weight=f"{weight:g}"), *_sizes(arguments_of(args), size)]
    return declared_field(declared, arguments_of(args), Optional[returns], description, directives)  # noqa: UP045


def record_field(path: AccessPath[Any, Any, Any], key: Key, name: str, returns: Any, description: str) -> Any:
    """A field with the attribute `name` of the record that the path finds; null if it finds none."""
    return store_field(path, key=key, returns=returns, attribute=name, description=description)


def root_store_field(
    *,
    lookup: Callable[..., Lookup],
    returns: Any,
    description: str,
    view: Callable[[Viewer, Any, Lookup], Any] | None = None,
) -> Any:
    """A nullable root field; see `RootStoreField`. Its GraphQL arguments are `lookup`'s keyword-only ones."""
    declared, arguments = RootStoreField(lookup=lookup, view=view), arguments_of(lookup)
    directives = [Cost(weight="1"), *_sizes(arguments, None)]
    return declared_field(declared, arguments, Optional[returns], description, directives)  # noqa: UP045


def arguments_of(function: Callable[..., Any] | None) -> list[inspect.Parameter]:
    """The keyword-only parameters of a function: the GraphQL arguments of the field that it serves."""
    if function is None:
        return []
    parameters = inspect.signature(function).parameters.values()
    return [parameter for parameter in parameters if parameter.kind is inspect.Parameter.KEYWORD_ONLY]


def declared_field(
    declared: Declaration,
    arguments: list[inspect.Parameter],
    returns: Any,
    description: str,
    directives: list[Any],
    *,
    name: str | None = None,
) -> Any:
    """A strawberry field with this declaration."""

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
        return_annotation=returns,
    )
    return strawberry.field(
        resolver=resolve,
        name=name,
        description=description,
        metadata={"store_field": declared},
        directives=directives,
    )


def _sizes(arguments: list[inspect.Parameter], size: int | None) -> list[ListSize]:
    first = next((each.default for each in arguments if each.name == "first"), None)
    if first is not None:
        return [page_size(first)]
    return [] if size is None else [ListSize(assumed_size=size)]
