"""The counters of items: what the enrolments of a course add up to, item by item, counted with each write of progress.

The counters of an item are the sums of its rows in all partitions. A transaction writes all its changes to the
partition of one of the registrations that it has locked: concurrent transactions lock different ones, so they rarely
meet at a row, and each writes few rows. A row alone means nothing and may be negative.
"""

import hashlib
from collections.abc import Collection, Mapping
from uuid import UUID

from stores.domain.item_counts import ItemCounts
from stores.domain.outbox import partition_of
from stores.sql.core.tables import Table

ITEM_COUNTS = Table(
    name="course_item_counts",
    columns={
        "partition": "int8",
        "course_key": "text",
        "item_id": "uuid",
        "item_key": "text",
        **dict.fromkeys(ItemCounts._fields, "int8"),
    },
)
ADDED = ", ".join(f"{name} = course_item_counts.{name} + excluded.{name}" for name in ItemCounts._fields)


def add_item_counts(first: int) -> str:
    """The statement that adds changes to the counters; its first parameter has this number."""
    return f"""
    INSERT INTO course_item_counts ({ITEM_COUNTS.names}) {ITEM_COUNTS.given(first)}
    ON CONFLICT (partition, course_key, item_id) DO UPDATE SET {ADDED}
    """


def item_count_values(
    changes: Mapping[tuple[str, str], ItemCounts], locked: Collection[UUID]
) -> list[tuple[object, ...]]:
    """The rows of changes by course and item, in their order. `locked`: registrations that the transaction has locked,
    one at least if anything changed."""
    if not changes:
        return []
    partition = partition_of(min(locked))
    return [(partition, course, item_id(item), item, *counts) for (course, item), counts in changes.items()]


def item_id(item_key: str) -> UUID:
    """The item's part of the key: a hash, because an index entry may have no room for the keys of a course and an
    item together."""
    return UUID(bytes=hashlib.sha256(item_key.encode()).digest()[:16])
