"""Pages of rows in memory: sorted, cut and with cursors."""

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import TypeVar
from uuid import UUID

from stores.domain.paging import ENROLLMENTS_OF_LEARNER, Page, page_of, to_ms
from stores.domain.progress import Enrollment

Key = TypeVar("Key")
Row = TypeVar("Row")
OrderKey = TypeVar("OrderKey", tuple[float, UUID], tuple[float, int])
UNDATED = inf


def newest_first(row: Enrollment) -> tuple[float, UUID]:
    """The order key of a learner's enrolments."""
    return (UNDATED if row.enrolled_at is None else -to_ms(row.enrolled_at), row.registration)


def enrolment_cursor(row: Enrollment) -> str:
    """The cursor of an enrolment among those of its learner."""
    return ENROLLMENTS_OF_LEARNER.encode(
        None if row.enrolled_at is None else to_ms(row.enrolled_at), str(row.registration)
    )


def pages(
    found: Mapping[Key, Iterable[Row]],
    *,
    order: Callable[[Row], OrderKey],
    cursor: Callable[[Row], str],
    past: OrderKey | None,
    first: int,
) -> dict[Key, Page[Row]]:
    """For each key the page of its rows after the order key `past`. Keys whose page is empty are absent."""
    made = {}
    for key, rows in found.items():
        kept = sorted((row for row in rows if past is None or order(row) > past), key=order)[: first + 1]
        if kept:
            made[key] = page_of(kept, cursor, first)
    return made
