"""Prerequisites: which items a learner may begin, and which one comes next."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from stores.domain.catalog import Course, Item, MoveOn
from stores.domain.item_progress import not_started
from stores.domain.progress import ItemProgress, ProgressState

STARTED = frozenset({ProgressState.VIEWED, ProgressState.IN_PROGRESS, ProgressState.COMPLETED, ProgressState.PASSED})


class NextReason(Enum):
    """Why an item is the next one. RESUME: begun and not satisfied. RETRY: an attempt failed and none passed."""

    RESUME = "RESUME"
    NEXT_IN_ORDER = "NEXT_IN_ORDER"
    RETRY = "RETRY"


class NextItem(NamedTuple):
    """What a learner does next, and why."""

    item: Item
    reason: NextReason


def rows_of_course(registration: UUID, course: Course, rows: Mapping[str, ItemProgress]) -> dict[str, ItemProgress]:
    """The progress in every item of a course version, by key: `rows`, and rows of items without events."""
    return {item.key: rows.get(item.key) or not_started(registration, item) for item in course.items}


def unmet_prerequisites(item: Item, rows: Mapping[str, ItemProgress]) -> Sequence[str]:
    """The keys of the item's prerequisites that are not satisfied. `rows`: as `rows_of_course` returns them. A key of
    no item of the course is no prerequisite."""
    return [key for key in item.prerequisites if key in rows and not rows[key].satisfied]


def next_item(course: Course, rows: Mapping[str, ItemProgress]) -> NextItem | None:
    """The first item in course order that is required, unsatisfied and not locked; None if there is none. `rows`: as
    `rows_of_course` returns them."""
    for item in course.items:
        row = rows[item.key]
        if item.move_on is MoveOn.NOT_APPLICABLE or row.satisfied or unmet_prerequisites(item, rows):
            continue
        return NextItem(item, reason_of(row))
    return None


def reason_of(row: ItemProgress) -> NextReason:
    """Why an unsatisfied item is the next one. A failed attempt counts although the item was completed."""
    if row.failed and row.passed_at is None:
        return NextReason.RETRY
    return NextReason.RESUME if row.state in STARTED else NextReason.NEXT_IN_ORDER
