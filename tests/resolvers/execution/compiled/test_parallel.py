"""Asynchronous resolvers of one operation run at the same time."""

import asyncio
from typing import Any

import strawberry

from resolvers.schema import schema_of
from tests.resolvers.execution.compiled.running import ran


class Barrier:
    """Waits until as many have arrived."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._open = asyncio.Event()

    async def arrive(self) -> bool:
        self._left -= 1
        if not self._left:
            self._open.set()
        await asyncio.wait_for(self._open.wait(), 20)
        return True


def schema_with(barrier: Barrier) -> strawberry.Schema:
    @strawberry.type
    class Item:
        @strawberry.field
        async def arrives(self) -> bool:
            return await barrier.arrive()

    @strawberry.type
    class Query:
        @strawberry.field
        async def arrives(self) -> bool:
            return await barrier.arrive()

        @strawberry.field
        async def items(self) -> list[Item]:
            await asyncio.sleep(0)
            return [Item(), Item()]

        @strawberry.field(graphql_type=list[bool])
        def awaited(self) -> Any:
            return [barrier.arrive(), barrier.arrive()]

    return schema_of(Query)


async def test_fields_wait_for_each_other() -> None:
    assert await ran(schema_with(Barrier(2)), "{ a: arrives b: arrives }") == ({"a": True, "b": True}, [])


async def test_fields_of_several_levels_wait_for_each_other() -> None:
    found = await ran(schema_with(Barrier(5)), "{ arrives items { a: arrives b: arrives } }")
    assert found == ({"arrives": True, "items": [{"a": True, "b": True}] * 2}, [])


async def test_items_of_a_list_wait_for_each_other() -> None:
    assert await ran(schema_with(Barrier(3)), "{ arrives awaited }") == ({"arrives": True, "awaited": [True] * 2}, [])
