"""The last good values of the paths that declare it: for reads while their store fails."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from resolvers.data.shared_reads.freshness import ALWAYS
from resolvers.data.shared_reads.kept_values import BoundPath, Entry, KeptValues
from resolvers.data.shared_reads.sharing import SharedPath

MOST_WRITTEN = 10_000
NOT_KEPT: Mapping[Any, Entry] = {}


class LastGood:
    """One per process. Each read of a path with `last_good` puts its values here, and takes them from here only if its
    store fails.

    `most_bytes` is for all values, and `longest` how old one may be that is served. `served` counts values by store.
    A time is one of `clock`, when the read of a value began.
    """

    def __init__(self, *, most_bytes: int, longest: timedelta, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.served: Counter[str] = Counter()
        self._longest = longest.total_seconds()
        self._kept = KeptValues(most_bytes, dropped=_ignored)
        self._written: dict[str, dict[Any, float]] = {}
        self._forgotten: dict[str, float] = {}

    def keep(self, path: SharedPath[Any, Any, Any], args: Any, values: Mapping[Any, Any], *, began: float) -> None:
        """Keep values that were just read, except those whose keys were written since the read began."""
        if path.last_good is None or not values or (kept_args := path.last_good(args)) is None:
            return
        if (written := self._written.get(path.store)) is not None:
            before = self._forgotten.get(path.store, ALWAYS)
            values = {key: value for key, value in values.items() if written.get(key, before) < began}
        self._kept.put(BoundPath(path, kept_args), values, began=began)

    def find(self, path: SharedPath[Any, Any, Any], args: Any, keys: Sequence[Any]) -> Mapping[Any, Entry]:
        """The entries of these keys that are not too old."""
        if path.last_good is None or (kept_args := path.last_good(args)) is None:
            return NOT_KEPT
        return self._kept.find(BoundPath(path, kept_args), keys, oldest=self.clock() - self._longest)

    def drop(self, store: str, keys: Collection[Hashable]) -> None:
        """Drop the values of keys that were written. Reads under way do not bring them back."""
        now = self.clock()
        self._kept.drop(store, keys)
        written = self._written.setdefault(store, {})
        written.update(dict.fromkeys(keys, now))
        if len(written) > MOST_WRITTEN:
            self._forgotten[store] = now
            written.clear()


def _ignored(values: int) -> None:
    """Do not count values that had to give way."""
