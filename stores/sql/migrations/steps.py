"""Migrations in Python, because SQL cannot express them. Like the files of a set, each has a number.

A step that was killed runs again from its start, so it keeps its own position, and everything it does is idempotent. It
uses connections of the pool only for as long as it needs them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from stores.sql.core.pool import Pool
from stores.sql.migrations.fill_enrollment_counts import fill_enrollment_counts
from stores.sql.migrations.fill_enrollment_order import fill_enrollment_order
from stores.sql.migrations.fill_item_counts import fill_item_counts
from stores.sql.migrations.fill_slots import fill_slots

Step: TypeAlias = Callable[[Pool], Awaitable[None]]

STEPS: Mapping[tuple[str, int], Step] = {
    ("progress", 6): fill_slots,
    ("progress", 11): fill_enrollment_order,
    ("progress", 13): fill_item_counts,
    ("progress", 16): fill_enrollment_counts,
}
"""(set, number) → step."""
