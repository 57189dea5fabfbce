"""Counters of shared reads."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class PathCounts:
    """Keys of one path: `hits` were kept, `joined` were being read, `reads` were requested from the store."""

    hits: int = 0
    joined: int = 0
    reads: int = 0

    @property
    def hit_rate(self) -> float:
        """The part of the keys that cost no read of their own, 0…1; 0 if there were none."""
        total = self.hits + self.joined + self.reads
        return (self.hits + self.joined) / total if total else 0.0


@dataclass(slots=True)
class ReadCounts:
    """`paths` are by store and call. `invalidated`: keys that were announced. `outdated`: values that were read while
    their key was written, and were not kept. `displaced`: values that had to give way to others. `cancelled`: store
    calls whose last waiter left."""

    paths: dict[tuple[str, str], PathCounts] = field(default_factory=dict)
    invalidated: int = 0
    outdated: int = 0
    displaced: int = 0
    cancelled: int = 0

    def of(self, store: str, call: str) -> PathCounts:
        """The counters of a path."""
        found = self.paths.get((store, call))
        if found is None:
            found = self.paths[store, call] = PathCounts()
        return found
