"""The last good values of the paths that declare it: for reads while their store fails."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

from resolvers.data.shared_reads.freshness import ALWAYS
from resolvers.data.shared_reads.kept_values import BoundPath, Entry, KeptValues
from resolvers.data.shared_reads.sharing import SharedPath
from resolvers.data.shared_reads.value_size import sizes_of
from stores.domain.paging import Page

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
MOST_WRITTEN = 10_000
MEASURED = 8
"""Of so many batches of a path one is measured."""
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
        self._sizes: dict[Any, tuple[int, int]] = {}
        self._written: dict[str, dict[Any, float]] = {}
        self._forgotten: dict[str, float] = {}
        self._last_write: dict[str, float] = {}

    def keep(
        self, path: SharedPath[K, Any, V], args: Any, keys: Sequence[K], found: Mapping[K, V], *, began: float
    ) -> None:
        """Keep what was just found of these keys, except of those that were written since the read began. Keys that
        were not found lose what was kept of them."""
        if path.last_good is None or (kept_args := path.last_good.args(args)) is None:
            return
        if path.last_good.lists and began <= self._last_write.get(path.store, ALWAYS):
            return
        bound = BoundPath(path, kept_args)
        values: Mapping[K, V | None] = found
        if len(found) < len(keys):
            if path.last_good.absent:
                values = {**dict.fromkeys(keys), **found}
            else:
                self._kept.drop_found(bound, [key for key in keys if key not in found], before=began)
        if (written := self._written.get(path.store)) is not None:
            before = self._forgotten.get(path.store, ALWAYS)
            values = {key: value for key, value in values.items() if written.get(key, before) < began}
        if values:
            self._kept.put(bound, values, began=began, size=self._size(path, values))

    def find(self, path: SharedPath[K, Any, V], args: Any, keys: Sequence[K]) -> Mapping[K, Entry]:
        """The entries of these keys that are not too old. The value None is that of a key without a value."""
        if path.last_good is None or (kept_args := path.last_good.args(args)) is None:
            return NOT_KEPT
        return self._kept.find(BoundPath(path, kept_args), keys, oldest=self.clock() - self._longest)

    def drop(self, store: str, keys: Collection[Hashable]) -> None:
        """Drop the values of keys that were written, and the lists that may have them. Reads under way do not bring
        them back."""
        now = self._last_write[store] = self.clock()
        self._kept.drop(store, keys)
        self._kept.drop_paths(lambda path: path.store == store and path.last_good.lists)
        written = self._written.setdefault(store, {})
        written.update(dict.fromkeys(keys, now))
        if len(written) > MOST_WRITTEN:
            self._forgotten[store] = now
            written.clear()

    def _size(self, path: Any, values: Mapping[Any, Any]) -> int:
        """The size of one of these values. It is measured at some of the batches of a path, in turn: that takes longer
        than to keep them. The rows of lists are counted in each batch: clients choose how many a page has."""
        batches, size = self._sizes.get(path, (0, 0))
        rows = _rows(values)
        if batches % MEASURED == 0:
            size = sum(sizes_of(list(values.items()))) // rows
        self._sizes[path] = batches + 1, size
        return size * rows // len(values)


def _rows(values: Mapping[Any, Any]) -> int:
    """How many rows the pages among these values have, where each other value and empty page counts as one. All values
    of a path are of one type, except None."""
    first = next(filter(None, values.values()), None)
    if not isinstance(first, Page):
        return len(values)
    return sum(1 if page is None else len(page.rows) or 1 for page in values.values())


def _ignored(values: int) -> None:
    """Do not count values that had to give way."""
