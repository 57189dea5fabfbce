"""Several async iterators as one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from stores.cancellation import cancel_and_wait

T = TypeVar("T")


class FirstOf(Generic[T]):
    """The items of several async iterators, as they arrive; those of an earlier source take precedence.

    Iterate within `async with`, which leaves no task behind. A cancelled `anext` loses no item. The iteration ends or
    fails with the first source that does.
    """

    def __init__(self, *sources: AsyncIterator[T]) -> None:
        self._sources = sources
        self._next: dict[AsyncIterator[T], asyncio.Future[T]] = {}

    async def __aenter__(self) -> "FirstOf[T]":
        return self

    async def __aexit__(self, *_: object) -> None:
        await cancel_and_wait(self._next.values())

    def __aiter__(self) -> "FirstOf[T]":
        return self

    async def __anext__(self) -> T:
        for source in self._sources:
            if source not in self._next:
                self._next[source] = asyncio.ensure_future(anext(source))
        await asyncio.wait(self._next.values(), return_when=asyncio.FIRST_COMPLETED)
        ready = next(source for source in self._sources if self._next[source].done())
        return self._next.pop(ready).result()
