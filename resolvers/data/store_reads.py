"""Reads of one operation: what it shares with others, and what it reads of stores that fail."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from resolvers.data.key_sets import NO_FAILURES
from resolvers.data.shared_reads.shared_reads import SharedReads
from resolvers.data.shared_reads.sharing import SharedPath
from resolvers.data.shared_reads.stale_reads import StaleReads
from resolvers.data.store_calls import StoreCalls
from stores.ports.stores import Stores

K = TypeVar("K", bound=Hashable)
A = TypeVar("A", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True, kw_only=True)
class StoreReads(StoreCalls):
    """Reads the keys of paths. `shared`: what the operation shares with others; None for one that must see each write
    at once, such as a mutation. `stale`: what it reads of stores that fail; None: nothing."""

    stores: Stores
    shared: SharedReads | None = None
    stale: StaleReads | None = None

    @property
    def served_stale(self) -> bool:
        """Whether the operation has been served a stale value."""
        return self.stale is not None and bool(self.stale.ages)

    async def read(
        self, path: SharedPath[K, A, V], keys: Sequence[K], args: A
    ) -> tuple[Mapping[K, V], Mapping[K, Exception]]:
        """The values of these keys by one store call, and the error of each key if it fails and there is no last good
        value."""
        stale = self.stale
        if stale is not None and (known := stale.known(path, keys, args)) is not None:
            return known, NO_FAILURES
        try:
            return await self._read_now(path, keys, args), NO_FAILURES
        except Exception as error:
            return ({}, dict.fromkeys(keys, error)) if stale is None else stale.instead(path, keys, args, error)

    async def _read_now(self, path: SharedPath[K, A, V], keys: Sequence[K], args: A) -> Mapping[K, V]:
        shared = self.shared
        if path.shared is not None and shared is not None:
            return await self.call_shared_read(
                path.store, path.call, len(keys), lambda run: shared.fetch(path, keys, args, self.stores, run)
            )
        began = 0.0 if self.stale is None else self.stale.kept.clock()
        found = await self.call_read(path.store, path.call, len(keys), lambda: path.read(self.stores, keys, args))
        if self.stale is not None:
            self.stale.kept.keep(path, args, keys, found, began=began)
        return found
