"""The rows of `enrollment_order`: the sort values by which a course's enrolments are read in order.

They are written in the transaction that changes the progress that they follow from. An upsert reads no index, so that
SERIALIZABLE writers of other registrations do not conflict on its pages.
"""

from collections.abc import Iterator
from datetime import datetime

from stores.domain.course_summary import last_item_key
from stores.domain.enrollment_order import OrderField, facts, sort_value
from stores.domain.progress_projection import RegistrationState
from stores.sql.core.tables import Table, with_partition

SORT_VALUES = Table(
    name="enrollment_order",
    columns={
        "registration": "uuid",
        "field": "text",
        "course_key": "text",
        "state": "text",
        "value": "float8",
        "item_key": "text",
    },
)
"""`item_key`: the item of the learner's last activity, in the row of LAST_ACTIVITY (for `stores.sql.activity`)."""
NEW_SORT_VALUES = with_partition(SORT_VALUES)

FIELDS = ", ".join(f"('{field.value}')" for field in OrderField)
"""Every field, as the rows of VALUES."""


def upsert_sort_values(first: int) -> str:
    """The statement that stores sort values; its first parameter has this number."""
    return f"""
    INSERT INTO enrollment_order ({NEW_SORT_VALUES.names}) {NEW_SORT_VALUES.given(first)}
    ON CONFLICT (registration, field) DO UPDATE
    SET state = excluded.state, value = excluded.value, item_key = excluded.item_key
    """


def order_rows(before: RegistrationState | None, after: RegistrationState) -> Iterator[tuple[object, ...]]:
    """The rows of `after` that differ from those of `before`, all if that is None."""
    row, new = after.enrollment, sorted_by(after)
    if before is None or before.enrollment.state is not row.state:
        old: tuple[object, ...] = (None,) * len(new)
    else:
        old = sorted_by(before)
    for field, was, now in zip(OrderField, old, new, strict=True):
        if was != now:
            fact, item_key = now
            yield (row.registration, field, row.course_key, row.state, sort_value(fact), item_key)


def sorted_by(state: RegistrationState) -> tuple[tuple[datetime | float | None, str | None], ...]:
    """What each field's row of a registration is made from: the fact, and the item key."""
    found = zip(OrderField, facts(state.enrollment, state.course), strict=True)
    return tuple((fact, last_item_key(state) if field is OrderField.LAST_ACTIVITY else None) for field, fact in found)
