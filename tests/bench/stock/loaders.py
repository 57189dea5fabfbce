"""The loaders of a request: each reads all keys of a tick with the drivers of the page by hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiodataloader import DataLoader

from tests.bench.hand.drivers import Drivers
from tests.bench.hand.pages import OF_LEARNERS, PROGRESS
from tests.bench.hand.records import enrolled

EVENT_FIELDS = "course,id,verb,item_key,position,score,progress,duration_ms"
Read = Callable[[Sequence[Any]], Awaitable[Mapping[Any, Any]]]


class Loaders:
    """The context of an operation: its claims, and its loaders by what they read."""

    def __init__(self, drivers: Drivers, claims: Mapping[str, Any]) -> None:
        self.drivers = drivers
        self.claims = claims
        self._loaders: dict[object, DataLoader[Any, Any]] = {}

    async def profile(self, learner_id: str) -> Any:
        return await self._load(
            "profile", learner_id, lambda keys: self.drivers.profiles(keys, "displayName", "locale")
        )

    async def session(self, learner_id: str) -> Any:
        return await self._load("session", learner_id, self.drivers.sessions)

    async def title(self, pin: tuple[str, int]) -> Any:
        return await self._load("title", pin, lambda pins: self.drivers.course_titles(set(pins)))

    async def progress(self, registration: Any) -> Any:
        async def read(keys: Sequence[Any]) -> Mapping[Any, Any]:
            return {row[0]: row for row in await self.drivers.rows(PROGRESS, [str(key) for key in keys])}

        return await self._load("progress", registration, read)

    async def enrollments(self, learner_id: str, first: int) -> Any:
        async def read(keys: Sequence[str]) -> Mapping[Any, Any]:
            found: dict[str, list[Any]] = {}
            for row in map(enrolled, await self.drivers.rows(OF_LEARNERS, keys, first)):
                found.setdefault(row.learner_id, []).append(row)
            return found

        return await self._load(("enrollments", first), learner_id, read)

    async def events(self, learner_id: str, first: int, course: str | None) -> Any:
        async def read(keys: Sequence[str]) -> Mapping[Any, Any]:
            return await self.drivers.events(keys, EVENT_FIELDS, first=first, course_key=course)

        return await self._load(("events", first, course), learner_id, read)

    async def _load(self, name: object, key: Any, read: Read) -> Any:
        if name not in self._loaders:

            async def batch(keys: list[Any]) -> list[Any]:
                found = await read(keys)
                return [found.get(each) for each in keys]

            self._loaders[name] = DataLoader(batch)
        return await self._loaders[name].load(key)
