"""Migrations that are Python, because SQL cannot express them. They have a number in their set as the files have.

A step may be killed at any place and is then run again from its start, so it keeps a position of its own, and all that
it does may be repeated. It uses connections of the pool only for as long as it needs them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from stores.sql.core.pool import Pool
from stores.sql.migrations.fill_slots import fill_slots

Step: TypeAlias = Callable[[Pool], Awaitable[None]]

STEPS: Mapping[tuple[str, int], Step] = {("progress", 6): fill_slots}
"""(set, number) → step."""
