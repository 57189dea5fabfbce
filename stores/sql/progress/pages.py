"""Pages of the rows that a query returned."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from stores.domain.paging import ATTEMPTS, ENROLLMENTS_OF_LEARNER, Page, page_of, to_ms
from stores.domain.progress import Attempt, Enrollment

Key = TypeVar("Key")
Row = TypeVar("Row")


def dated_cursor(row: Enrollment) -> str:
    """The cursor of an enrolment in the order of `by_learners`."""
    return ENROLLMENTS_OF_LEARNER.encode(
        None if row.enrolled_at is None else to_ms(row.enrolled_at), str(row.registration)
    )


def attempt_cursor(row: Attempt) -> str:
    """The cursor of an attempt."""
    return ATTEMPTS.encode(to_ms(row.at), str(row.event_id))


def pages(
    rows: Iterable[Row], *, key: Callable[[Row], Key], cursor: Callable[[Row], str], first: int
) -> dict[Key, Page[Row]]:
    """A page for each key, of rows in order. One row more than `first` was read for each key."""
    found: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return {of: page_of(its, cursor, first) for of, its in found.items()}
