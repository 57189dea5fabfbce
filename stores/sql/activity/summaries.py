"""The numbers of courses in SQL: grouped enrolments and the counters of items, in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from stores.domain.calendar import Span
from stores.domain.course_summary import (
    BIN_EDGES,
    COUNTED,
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


BINS = ", ".join(f"count(*) FILTER (WHERE completion < {edge}::float8)" for edge in BIN_EDGES)
ROWS = "enrollments JOIN course_progress AS course ON course.registration = enrollments.registration"

GROUPS = f"""
SELECT course_key, state, NULL AS item_key, ARRAY[
    count(*), {NANO_SUM.format("completion")}, count(score), {NANO_SUM.format("score")}, {BINS}
] AS numbers
FROM {ROWS} WHERE course_key = ANY($1::text[])
GROUP BY course_key, state
"""
"""The enrolments of courses ($1) by state. For each lower edge of a bin: how many have less completion."""

STOPPED = f"""
SELECT course_key, NULL, last_item_key, ARRAY[count(*)]
FROM {ROWS}
WHERE course_key = ANY($1::text[]) AND state IN ({", ".join(f"'{state.value}'" for state in COUNTED)})
    AND last_activity_at < $2::timestamptz AND last_item_key IS NOT NULL
GROUP BY course_key, last_item_key
"""
"""How many learners without activity since $2 stopped at each item."""

COUNTERS = f"""
SELECT course_key, NULL, item_key, ARRAY[{", ".join(f"sum({name})::int8" for name in ItemCounts._fields)}]
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
        query = f"{GROUPS} UNION ALL {STOPPED} UNION ALL {COUNTERS}"
        rows = await fetch(pool, STORE, query, course_keys, now - STOPPED_AFTER)
    else:
        rows = await fetch(pool, STORE, GROUPS, course_keys)
    groups: defaultdict[str, list[EnrollmentGroup]] = defaultdict(list)
    counters: defaultdict[str, dict[str, ItemCounts]] = defaultdict(dict)
    stopped: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        course_key, item_key, numbers = row["course_key"], row["item_key"], row["numbers"]
        if item_key is None:
            groups[course_key].append(group_of(EnrollmentState(row["state"]), numbers))
        elif len(numbers) == 1:
            [stopped[course_key][item_key]] = numbers
        else:
            counters[course_key][item_key] = ItemCounts(*numbers)
    return {
        key: summarize(key, its, items=counters[key] if items else None, stopped=stopped[key])
        for key, its in groups.items()
    }


def group_of(state: EnrollmentState, numbers: Sequence[int]) -> EnrollmentGroup:
    """The group of a row of `GROUPS`."""
    enrollments, completion_nano, scored, score_nano, *below = numbers
    edges = [0, *below, enrollments]
    return EnrollmentGroup(
        state=state,
        enrollments=enrollments,
        bins=tuple(more - less for less, more in pairwise(edges)),
        completion_nano=completion_nano,
        scored=scored,
        score_nano=score_nano,
    )


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
