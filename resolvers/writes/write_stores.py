"""What a write command is given besides the viewer: the stores, a clock and random bytes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from resolvers.data.dataloaders import Loaders
from resolvers.policy.policy import DEFAULT_POLICY, Policy
from stores.domain.uuid7 import uuid7
from stores.errors import StoreError
from stores.ports.stores import Stores

RandomBytes = Callable[[int], bytes]
T = TypeVar("T")


class IgnoredFailures:
    """The `Failures` of a caller that does not report store failures to the gateway's health."""

    def failed(self, store: str, error: StoreError) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStores:
    """The stores as a write command sees them.

    Reads go through `loaders`: a mutation hands over its operation's loaders, so that reads are batched and every call
    is traced and has a deadline. `now` is the clock in UTC; `random_bytes(n)` returns n random bytes for new ids.
    `policy`: what the operator chose about the rules.
    """

    loaders: Loaders
    now: Callable[[], datetime]
    random_bytes: RandomBytes
    policy: Policy = DEFAULT_POLICY

    @classmethod
    def outside_operations(
        cls,
        stores: Stores,
        *,
        deadlines: Mapping[str, timedelta],
        now: Callable[[], datetime],
        random_bytes: RandomBytes,
    ) -> "WriteStores":
        """For writers that run no GraphQL operation (the simulation, an xAPI endpoint). Loaders remember what they
        read: make new `WriteStores` for each command, or for each group of commands that run at once."""
        loaders = Loaders(stores=stores, deadlines=deadlines, failures=IgnoredFailures(), now=now)
        return cls(loaders=loaders, now=now, random_bytes=random_bytes)

    @property
    def stores(self) -> Stores:
        """The ports, for the one call of a command that writes (`call`)."""
        return self.loaders.stores

    async def read(self, store: str, name: str, keys: int, read: Callable[[], Awaitable[T]]) -> T:
        """As `call`, for a read past the loaders, which is made once more if the store is unavailable."""
        return await self.loaders.call_read(store, name, keys, read)

    async def call(self, store: str, name: str, keys: int, work: Awaitable[T]) -> T:
        """Await one store call that writes, with the store's deadline, and count it in the trace. Raises its
        StoreError."""
        return await self.loaders.call(store, name, keys, work)

    def new_id(self) -> UUID:
        """A new UUIDv7 (RFC 9562), ordered by time."""
        return uuid7(self.now(), self.random_bytes(10))
