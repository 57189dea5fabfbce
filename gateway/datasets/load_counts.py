"""Counts of a load: how many records of each kind were given, new, known and rejected."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

OnProgress = Callable[[str, int, int], None]
"""Called after each batch with the stage ("courses", "profiles", "enrollments", "events", "timeline events" or
"heartbeats"), how many of its records are done, and how many there are (an estimate until the stage's last call)."""

MAX_EXAMPLES = 20


def ignore_progress(stage: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(slots=True, kw_only=True)
class LoadCounts:
    """The counts of one kind of records in one store. `new` is None where the port does not report it. `examples` has
    the ids and the faults of the first rejected records.

    A record counts as known, not as new, if an attempt whose response was lost had written it."""

    store: str
    kind: str
    given: int = 0
    new: int | None = None
    rejected: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def reject(self, record: object, code: str, message: str) -> None:
        """Count a rejected record by the code of its fault."""
        self.rejected[code] += 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(f"{record}: {message} ({code})")

    @property
    def known(self) -> int | None:
        """How many records the store had before."""
        return None if self.new is None else self.given - self.new - self.rejected.total()


class Stage:
    """Counts the records of one kind while they are loaded, and reports progress."""

    def __init__(self, counts: LoadCounts, *, estimate: int, on_progress: OnProgress) -> None:
        self.counts = counts
        self._estimate = estimate
        self._on_progress = on_progress

    def add(self, batch: Sequence[object], *, new: int | None = None) -> None:
        """Count a batch that is done; `new` of its records were new."""
        self.counts.given += len(batch)
        if self.counts.new is not None and new is not None:
            self.counts.new += new
        self._on_progress(self.counts.kind, self.counts.given, max(self._estimate, self.counts.given))

    def finish(self) -> None:
        """Report the final count. A stage without records reports nothing."""
        if self.counts.given:
            self._on_progress(self.counts.kind, self.counts.given, self.counts.given)
