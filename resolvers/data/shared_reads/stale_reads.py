"""What one operation reads of stores that fail."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from resolvers.data.shared_reads.kept_values import Entry
from resolvers.data.shared_reads.last_good import LastGood
from resolvers.data.shared_reads.sharing import SharedPath
from stores.errors import StaleRefused, TimedOut, Unavailable

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
NOTHING: Mapping[Any, Any] = {}


class StaleReads:
    """The last good values that one operation is served.

    `serves`: whether it may be served any; only a query may, see docs/caching.md. `max_age`: the oldest that its client
    accepts, None: any age. `ages`: by store, the age in seconds of the oldest value that it was served.
    """

    __slots__ = ("_failed", "_max_age", "ages", "kept", "serves")

    def __init__(self, kept: LastGood, *, max_age: timedelta | None = None) -> None:
        self.kept = kept
        self.serves = False
        self.ages: dict[str, float] = {}
        self._max_age = None if max_age is None else max_age.total_seconds()
        self._failed: set[str] = set()

    def known(self, path: SharedPath[K, Any, V], keys: Sequence[K], args: Any) -> Mapping[K, V] | None:
        """The values of all these keys, if their store has failed in this operation: it need not wait for the store
        once more. None if there is one to read."""
        if path.store not in self._failed:
            return None
        found = self.kept.find(path, args, keys)
        if len(found) < len(keys) or any(self._is_refused(entry) for entry in found.values()):
            return None
        return self._served(path, found)

    def instead(
        self, path: SharedPath[K, Any, V], keys: Sequence[K], args: Any, error: Exception
    ) -> tuple[Mapping[K, V], Mapping[K, Exception]]:
        """What stands for the values of a read that failed with this error, and the error of each of the other keys."""
        failures: dict[K, Exception] = dict.fromkeys(keys, error)
        if not self.serves or not isinstance(error, Unavailable | TimedOut):
            return NOTHING, failures
        self._failed.add(path.store)
        accepted: dict[K, Entry] = {}
        for key, entry in self.kept.find(path, args, keys).items():
            if self._is_refused(entry):
                failures[key] = StaleRefused(path.store, age_ms=self._age_ms(entry))
            else:
                accepted[key] = entry
                del failures[key]
        return self._served(path, accepted), failures

    def _served(self, path: SharedPath[K, Any, V], found: Mapping[K, Entry]) -> Mapping[K, V]:
        if found:
            age = self.kept.clock() - min(entry.began for entry in found.values())
            self.ages[path.store] = max(age, self.ages.get(path.store, 0.0))
            self.kept.served[path.store] += len(found)
        return {key: entry.value for key, entry in found.items() if entry.value is not None}

    def _is_refused(self, entry: Entry) -> bool:
        return self._max_age is not None and self.kept.clock() - entry.began > self._max_age

    def _age_ms(self, entry: Entry) -> int:
        return round((self.kept.clock() - entry.began) * 1000)
