"""Queries on the invented school, and stores that fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from resolvers.schema import build_schema
from stores.errors import Unavailable
from tests.resolvers import world

SCHEMA = build_schema()


class BrokenStore:
    """A store whose every call raises an error, perhaps with a secret in its text."""

    def __init__(self, error: Callable[[], Exception]) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        async def fail(*args: Any, **kwargs: Any) -> Any:
            raise self._error()

        return fail


async def ask(query: str, *, down: str | None = None, error: Callable[[], Exception] | None = None) -> Any:
    stores = await world.open_school()
    if down is not None:
        fault = error or (lambda: Unavailable(down, "mongodb://root:hunter2@db refused"))
        stores = replace(stores, **{down: BrokenStore(fault)})
    return await SCHEMA.execute(query, context_value=world.peer_of(stores, world.admin(), trace=False))
