"""The numbers of courses in SQL: grouped enrolments and the counters of items, in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from stores.domain.calendar import Span
from stores.domain.course_summary import (
    BIN_EDGES,
    STOPPED_AFTER,
    CourseSummary,
    EnrollmentGroup,
    ItemCounts,
    summarize,
)
from stores.domain.progress import EnrollmentState
from stores.sql.activity.queries import ALL_PARTITIONS
from stores.sql.core.pool import Pool
from stores.sql.core.transact import fetch

STORE = "activity"
# The values are whole, so the sums of floats are exact up to nine million enrolments, and many times faster than those
# of int8, which are numeric.
NANO_SUM = "coalesce(sum(round({} * 1e9)), 0)::int8"


def groups(*, items: bool) -> str:
    """The enrolments of courses ($1), grouped. `items`: also by the item that they stopped at before $2."""
    edges = ", ".join(map(str, BIN_EDGES))
    stopped = "CASE WHEN course.last_activity_at < $2::timestamptz THEN course.last_item_key END" if items else "NULL"
    return f"""
SELECT course_key, state, width_bucket(completion, ARRAY[{edges}]::float8[]) AS bin, {stopped} AS item_key,
    count(*) AS a, {NANO_SUM.format("completion")} AS b, count(score) AS c, {NANO_SUM.format("score")} AS d,
    0::int8 AS e
FROM enrollments JOIN course_progress AS course ON course.registration = enrollments.registration
WHERE course_key = ANY($1::text[])
GROUP BY course_key, state, bin{", 4" if items else ""}
"""


COUNTERS = f"""
SELECT course_key, NULL, NULL, item_key, {", ".join(f"sum({name})::int8" for name in ItemCounts._fields)}
FROM course_item_counts
WHERE partition IN ({ALL_PARTITIONS}) AND course_key = ANY($1::text[])
GROUP BY course_key, item_key
"""

COMPLETIONS = """
SELECT course_key, width_bucket(completed_at, (SELECT $2::text[]::timestamptz[])) AS place, count(*) AS completed
FROM enrollments
WHERE course_key = ANY($1::text[]) AND state = 'COMPLETED'
    AND completed_at >= $3::timestamptz AND completed_at < $4::timestamptz
GROUP BY course_key, place
"""
"""Only a course that is satisfied has a time of completion, so an ACTIVE enrolment has none."""


async def summaries(
    pool: Pool, course_keys: Sequence[str], *, items: bool, now: datetime
) -> Mapping[str, CourseSummary]:
    """`Activity.summaries`."""
    if items:
        query = f"{groups(items=True)} UNION ALL {COUNTERS}"
        rows = await fetch(pool, STORE, query, course_keys, now - STOPPED_AFTER)
    else:
        rows = await fetch(pool, STORE, groups(items=False), course_keys)
    found: defaultdict[str, list[EnrollmentGroup]] = defaultdict(list)
    counters: defaultdict[str, dict[str, ItemCounts]] = defaultdict(dict)
    for row in rows:
        if row["state"] is None:
            counters[row["course_key"]][row["item_key"]] = ItemCounts(*(row[name] for name in "abcde"))
        else:
            found[row["course_key"]].append(group_of_row(row))
    return {key: summarize(key, its, counters[key] if items else None) for key, its in found.items()}


async def completions(
    pool: Pool, course_keys: Sequence[str], *, windows: Sequence[Span]
) -> Mapping[str, Sequence[int]]:
    """`Activity.completions`."""
    if not windows:
        return {}
    starts = [window.start.isoformat() for window in windows]
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(windows))
    for row in await fetch(pool, STORE, COMPLETIONS, course_keys, starts, windows[0].start, windows[-1].end):
        found[row["course_key"]][row["place"] - 1] = row["completed"]
    return found


def group_of_row(row: asyncpg.Record) -> EnrollmentGroup:
    """The group of a row of `groups`."""
    return EnrollmentGroup(
        state=EnrollmentState(row["state"]),
        bin=row["bin"],
        stopped_at=row["item_key"],
        enrollments=row["a"],
        completion_nano=row["b"],
        scored=row["c"],
        score_nano=row["d"],
    )
