"""Subscribers of one process, without a network: each reads its results as a socket does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson

from gateway.http.bounds.operation_slots import OperationSlots
from gateway.http.graphql_request import GraphQLRequest
from gateway.http.operations import Operations
from gateway.http.streamed_result import StreamedResult, encode, streamed
from resolvers.context import Peer
from resolvers.execution.event_groups.event_groups import EventGroups
from resolvers.execution.event_groups.recent_results import RecentResults
from resolvers.viewer import Viewer
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import SCHEMA, School, settle

MOST = 1_000


class AnyDocument:
    """Takes every text for a document."""

    async def resolve(self, peer: Peer, request: GraphQLRequest) -> GraphQLRequest:
        return request

    async def validated(self, peer: Peer, request: GraphQLRequest) -> None:
        return None


class Watcher:
    """A subscriber. `results`: the JSON of what it has received; `paused`: it reads no more until `resume`."""

    def __init__(self, stream: AsyncGenerator[StreamedResult, None]) -> None:
        self.results: list[bytes] = []
        self._reads = asyncio.Event()
        self._reads.set()
        self.task = asyncio.create_task(self._read(stream))

    @property
    def events(self) -> list[Any]:
        """The value of the root field in each result."""
        return [next(iter(each["data"].values())) for each in map(orjson.loads, self.results)]

    @property
    def code(self) -> str:
        """The code of the error with which the stream ended."""
        [error] = orjson.loads(self.results[-1])["errors"]
        return str(error["extensions"]["code"])

    def pause(self) -> None:
        self._reads.clear()

    async def resume(self) -> None:
        self._reads.set()
        await settle()

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])

    async def _read(self, stream: AsyncGenerator[StreamedResult, None]) -> None:
        async with aclosing(stream):
            async for result in stream:
                self.results.append(result.json)
                await self._reads.wait()


async def strawberrys(text: str, variables: dict[str, Any] | None, peer: Peer) -> AsyncGenerator[StreamedResult, None]:
    results: Any = await SCHEMA.stream(text, variable_values=variables, context_value=peer)
    async with aclosing(results):
        async for result in results:
            yield streamed(result)


class Watching:
    """The subscribers of a school. `recent`: what their groups share."""

    def __init__(self, school: School, *, recent: RecentResults | None = None) -> None:
        self.school = school
        self.groups = EventGroups(encode, recent=recent)
        slots = OperationSlots(MOST)
        self.operations = Operations(schema=SCHEMA, documents=AnyDocument(), slots=slots, groups=self.groups)
        self.watchers: list[Watcher] = []
        self._health = school.peer(world.admin()).health

    async def subscribe(
        self,
        text: str,
        viewer: Viewer | None = None,
        variables: dict[str, Any] | None = None,
        *,
        size: int = 0,
        **instead: Any,
    ) -> Watcher:
        """A subscriber whose subscription stands. `size`: of its request."""
        request = GraphQLRequest(query=text, variables=variables, operation_name=None, extensions=None, size=size)
        return await self._added(self.operations.stream(self._peer(viewer, instead), request))

    async def subscribe_alone(
        self, text: str, viewer: Viewer | None = None, variables: dict[str, Any] | None = None, **instead: Any
    ) -> Watcher:
        """A subscriber in no group: strawberry executes its events."""
        return await self._added(strawberrys(text, variables, self._peer(viewer, instead)))

    def _peer(self, viewer: Viewer | None, instead: dict[str, Any]) -> Peer:
        peer = self.school.peer(viewer or world.admin())
        return replace(peer, **{"trace": False, "health": self._health, **instead})

    async def _added(self, stream: AsyncGenerator[StreamedResult, None]) -> Watcher:
        watcher = Watcher(stream)
        self.watchers.append(watcher)
        await settle()
        return watcher

    async def close(self) -> None:
        for watcher in self.watchers:
            await watcher.close()
        await settle()
