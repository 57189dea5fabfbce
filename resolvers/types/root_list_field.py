"""`root_list_field`: a root field that reads an object for each element of an argument, such as `nodes`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from resolvers.context import Info
from resolvers.errors import not_found
from resolvers.strawberry_internals import resolve_info
from resolvers.types.store_field import RootStoreField, arguments_of, declared_field


@dataclass(frozen=True, slots=True, kw_only=True)
class RootListField:
    """How a root field reads an object for each element of an argument, each with an error of its own.

    `elements(schema, **arguments)` returns the arguments of `element` for each, or raises a `RequestError`. An element
    that does not exist is NOT_FOUND.
    """

    element: RootStoreField
    elements: Callable[..., list[dict[str, Any]]]

    async def fetch(self, info: Info, parent: Any, given: dict[str, Any]) -> Any:
        """Resolve the field. graphql-core reports an exception in a list as the error of its element."""
        elements = self.elements(resolve_info(info).schema, **given)
        fetches = (self.element.fetch(info, None, each) for each in elements)
        return [self.listed(each) for each in await asyncio.gather(*fetches, return_exceptions=True)]

    def listed(self, found: Any) -> Any:
        """An element of the list: what was found, or the error."""
        return not_found() if found is None else found


def root_list_field(
    *,
    element: RootStoreField,
    elements: Callable[..., list[dict[str, Any]]],
    returns: Any,
    description: str,
    directives: list[Any],
    name: str | None = None,
) -> Any:
    """A root field with a list of type `returns`, whose elements are nullable; see `RootListField`."""
    declared = RootListField(element=element, elements=elements)
    return declared_field(declared, arguments_of(elements), returns, description, directives, name=name)
