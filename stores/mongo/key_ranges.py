"""Ranges of keys, so that SecantusDB reads a page and not the whole collection.

SecantusDB reads all documents of an index range before it applies a limit, so it needs ranges with an upper bound. The
bounds are a sample of the keys, one in `RANGE` by a hash, in one document for each collection. They say only where a
range ends: the ranges cover all keys whatever the bounds are, so a missing or superfluous bound costs time and nothing
else. MongoDB applies limits while it reads: it gets one range, and no bounds are kept there.
"""

from bisect import bisect_right
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b

from stores.batches import batched
from stores.errors import Conflict
from stores.mongo.client import Database, Document, translate_errors

BOUNDS = "key_bounds"
"""The collection of the bounds: `_id` is the name of a collection, `keys` are sampled keys in any order."""
RANGE = 64
"""Documents in a range, on average."""
BOUNDS_AT_ONCE = 10_000


class KeyRanges:
    """The ranges of the text keys of a collection: those of the field `key`, which an index must begin with. `store` is
    what errors name."""

    def __init__(self, database: Database, collection: str, *, store: str, key: str = "_id") -> None:
        self._store = store
        self._database = database
        self._name = collection
        self._key = key
        self._needed: bool | None = None

    async def needed(self) -> bool:
        """Whether the server reads a whole range before it applies a limit, as SecantusDB does."""
        if self._needed is None:
            with translate_errors(self._store):
                self._needed = "secantusVersion" in await self._database.command("buildInfo")
        return self._needed

    async def after(self, past: str | None, *, wanted: int) -> list[Document]:
        """Conditions on the key, in order, that together select the keys after `past` (all if None). The first has
        `wanted` keys or more, on average; each has twice as many as the one before it."""
        bounds = sorted(await self._bounds()) if await self.needed() else []
        place = 0 if past is None else bisect_right(bounds, past)
        conditions, size = [], 1 + wanted // RANGE
        while place < len(bounds):
            bound = bounds[min(place + size, len(bounds)) - 1]
            conditions.append(above(past) | {"$lte": bound})
            past, place, size = bound, place + size, 2 * size
        return [*conditions, above(past)]

    async def add(self, keys: Iterable[str]) -> None:
        """Keep the bounds among keys that are about to be stored."""
        if await self.needed():
            with suppress(Conflict):  # without a bound, a range is longer, and nothing is missing
                await self._keep(filter(is_bound, keys))

    async def fill(self) -> bool:
        """Sample the stored keys if the bounds are too few for them. Returns whether this was necessary. It is where
        an earlier version wrote."""
        if not await self.needed():
            return False
        collection = self._database[self._name]
        with translate_errors(self._store):
            if await collection.estimated_document_count() <= 4 * RANGE * (1 + len(await self._bounds())):
                return False
            keys = [document[self._key] async for document in collection.find({}, {self._key: 1})]
        await self._keep(key for key in keys if isinstance(key, str) and is_bound(key))
        return True

    async def _bounds(self) -> list[str]:
        with translate_errors(self._store):
            found = await self._database[BOUNDS].find_one({"_id": self._name})
        return [] if found is None else found["keys"]

    async def _keep(self, bounds: Iterable[str]) -> None:
        with translate_errors(self._store):
            for some in batched(bounds, BOUNDS_AT_ONCE):
                change = {"$addToSet": {"keys": {"$each": some}}}
                await self._database[BOUNDS].update_one({"_id": self._name}, change, upsert=True)


def is_bound(key: str) -> bool:
    """Whether this key ends a range: one in `RANGE` does. Keys that differ by a number must not form a pattern."""
    return int.from_bytes(blake2b(key.encode(errors="replace"), digest_size=2).digest()) % RANGE == 0


def above(key: str | None) -> Document:
    """The condition on the keys after this one, on all if it is None."""
    return {} if key is None else {"$gt": key}
