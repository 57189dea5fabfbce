"""The counters of a course's items, and what a change of a registration adds to them.

Scores are summed in whole billionths, so that their order does not change the sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from stores.domain.progress import EnrollmentState, ItemProgress, ProgressState
from stores.domain.progress_projection import RegistrationState

NANO = 1e9


class ItemCounts(NamedTuple):
    """The counters of an item. `scored`: best scores, `score_nano`: their sum in billionths."""

    started: int = 0
    satisfied: int = 0
    failed: int = 0
    scored: int = 0
    score_nano: int = 0

    def plus(self, other: "ItemCounts", times: int = 1) -> "ItemCounts":
        """These counters and the other ones, multiplied by `times`."""
        return ItemCounts(*(mine + times * its for mine, its in zip(self, other, strict=True)))


NONE = ItemCounts()


def to_nano(value: float) -> int:
    """A value in whole billionths."""
    return round(value * NANO)


def average(nano: int, of: int) -> float | None:
    """A sum in billionths, divided by the number of its values; None without any."""
    return nano / of / NANO if of else None


def counts_of(row: ItemProgress) -> ItemCounts:
    """What an enrolment that is not withdrawn adds to the counters of an item. A waiver alone starts nothing."""
    scored = row.best_score is not None
    return ItemCounts(
        started=int(row.started or row.viewed or row.completed_at is not None),
        satisfied=int(row.satisfied),
        failed=int(row.state is ProgressState.FAILED),
        scored=int(scored),
        score_nano=0 if row.best_score is None else to_nano(row.best_score),
    )


def counted_items(state: RegistrationState) -> Mapping[str, ItemProgress]:
    """The item rows that are counted: those of an enrolment that is not withdrawn."""
    return {} if state.enrollment.state is EnrollmentState.WITHDRAWN else state.items


def counts_change(before: RegistrationState | None, after: RegistrationState) -> Mapping[str, ItemCounts]:
    """What a registration adds to the counters of its course's items from `before` (None: it is not counted yet) to
    `after`. Items whose counters do not change are absent."""
    old, new = {} if before is None else counted_items(before), counted_items(after)
    change = {}
    for key in {*old, *new}:
        was, now = old.get(key), new.get(key)
        if was is not now:
            counts = NONE if now is None else counts_of(now)
            counts = counts if was is None else counts.plus(counts_of(was), -1)
            if counts != NONE:
                change[key] = counts
    return change


def add_all(changes: Iterable[tuple[str, Mapping[str, ItemCounts]]]) -> Mapping[tuple[str, str], ItemCounts]:
    """The sums of changes, each of a course key, by course and item. Zeros are absent. The order is that of the keys,
    because all writers must lock the rows in one order."""
    sums: defaultdict[tuple[str, str], ItemCounts] = defaultdict(ItemCounts)
    for course_key, change in changes:
        for key, counts in change.items():
            sums[course_key, key] = sums[course_key, key].plus(counts)
    return {key: counts for key, counts in sorted(sums.items()) if counts != NONE}
