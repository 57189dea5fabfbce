"""`store_field`: the only way a field reads a store. It names the access path, the key of the parent and the arguments.

graphql-core resolves the field for each object through a loader. The declaration (`StoreField`, in the field's
metadata) is also read by the nullability check.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

import strawberry

from resolvers.context import Context, Info
from resolvers.data.dataloaders import AccessPath
from resolvers.errors import forbidden
from resolvers.viewer import Viewer

Key = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreField:
    """`key`: attribute(s) of the parent record; a null among them makes the field null without asking.
    `select(viewer, parent, **arguments)` → the path's arguments. `may(viewer, parent)`: else FORBIDDEN.
    `then(parent, found, args)`: the view of what was found (`found` is None where there is nothing)."""

    path: AccessPath[Any, Any, Any]
    key: Key
    select: Callable[..., Any] | None = None
    may: Callable[[Viewer, Any], bool] | None = None
    then: Callable[[Any, Any, Any], Any] | None = None

    def key_of(self, parent: Any) -> Any:
        if isinstance(self.key, str):
            return getattr(parent, self.key)
        parts = tuple(getattr(parent, name) for name in self.key)
        return None if None in parts else parts

    async def fetch(self, context: Context, parent: Any, given: dict[str, Any]) -> Any:
        if self.may is not None and not self.may(context.viewer, parent):
            raise forbidden()
        key = self.key_of(parent)
        if key is None:
            return None
        args = () if self.select is None else self.select(context.viewer, parent, **given)
        found = await context.loaders.load(self.path, key, args)
        return found if self.then is None else self.then(parent, found, args)


class Lookup(NamedTuple):
    """What a root field asks for."""

    path: AccessPath[Any, Any, Any]
    key: Any
    args: Any = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RootStoreField:
    """A root field over a store. `ask(viewer, **arguments)` says what to look up, or raises.
    `then(viewer, found, lookup)` makes the view, and says FORBIDDEN where nothing was found and that must not show."""

    ask: Callable[..., Lookup]
    then: Callable[[Viewer, Any, Lookup], Any] | None = None

    async def fetch(self, context: Context, parent: Any, given: dict[str, Any]) -> Any:
        lookup = self.ask(context.viewer, **given)
        found = await context.loaders.load(lookup.path, lookup.key, lookup.args)
        return found if self.then is None else self.then(context.viewer, found, lookup)


def store_field(
    path: AccessPath[Any, Any, Any],
    *,
    key: Key,
    returns: Any,
    description: str,
    select: Callable[..., Any] | None = None,
    may: Callable[[Viewer, Any], bool] | None = None,
    then: Callable[[Any, Any, Any], Any] | None = None,
) -> Any:
    """A nullable field of type `returns`; its GraphQL arguments are `select`'s keyword-only parameters."""
    declared = StoreField(path=path, key=key, select=select, may=may, then=then)
    return _field(declared, arguments_of(select), returns, description)


def root_store_field(
    *,
    ask: Callable[..., Lookup],
    returns: Any,
    description: str,
    then: Callable[[Viewer, Any, Lookup], Any] | None = None,
) -> Any:
    """A nullable root field; its GraphQL arguments are `ask`'s keyword-only parameters."""
    return _field(RootStoreField(ask=ask, then=then), arguments_of(ask), returns, description)


def arguments_of(function: Callable[..., Any] | None) -> list[inspect.Parameter]:
    if function is None:
        return []
    parameters = inspect.signature(function).parameters.values()
    return [parameter for parameter in parameters if parameter.kind is inspect.Parameter.KEYWORD_ONLY]


def _field(
    declared: StoreField | RootStoreField, arguments: list[inspect.Parameter], returns: Any, description: str
) -> Any:
    async def resolve(parent: Any, info: Any, **given: Any) -> Any:
        return await declared.fetch(info.context, parent, given)

    # Strawberry reads a resolver's signature: this one is the declaration's, typed by it.
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD
    resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("parent", named, annotation=strawberry.Parent[Any]),  # type: ignore[misc]
            inspect.Parameter("info", named, annotation=Info),
            *arguments,
        ],
        return_annotation=Optional[returns],  # noqa: UP045 - `returns` may be an Annotated lazy type
    )
    return strawberry.field(resolver=resolve, description=description, metadata={"store_field": declared})
