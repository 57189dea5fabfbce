"""The rows of `enrollment_order`: the sort values by which a course's enrolments are read in order.

They are written in the transaction that changes the progress that they follow from. An upsert reads no index, so that
SERIALIZABLE writers of other registrations do not conflict on its pages.
"""

from collections.abc import Iterator

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

FIELD_NAMES = tuple(field.value for field in OrderField)
"""The names in the column `field`, in the order of `facts`."""
LAST_ACTIVITY = [*OrderField].index(OrderField.LAST_ACTIVITY)
"""Its place in `facts`."""
FIELDS = ", ".join(f"('{name}')" for name in FIELD_NAMES)
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
    row, new = after.enrollment, facts(after.enrollment, after.course)
    if before is None or before.enrollment.state is not row.state:
        changed = [True] * len(FIELD_NAMES)
    else:
        old = facts(before.enrollment, before.course)
        changed = [was != fact for was, fact in zip(old, new, strict=True)]
        if not changed[LAST_ACTIVITY]:  # a void can leave the time and change the item
            changed[LAST_ACTIVITY] = last_item_key(before) != last_item_key(after)
    for place, name in enumerate(FIELD_NAMES):
        if changed[place]:
            item_key = last_item_key(after) if place == LAST_ACTIVITY else None
            yield (row.registration, name, row.course_key, row.state, sort_value(new[place]), item_key)
