"""The numbers of courses in SQL: grouped enrolments and the counters of items, in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from stores.domain.calendar import Span
from stores.domain.course_summary import BIN_EDGES, COUNTED, STOPPED_AFTER, CourseSummary, EnrollmentGroup, summarize
from stores.domain.enrollment_order import sort_value
from stores.domain.item_counts import ItemCounts
from stores.domain.progress import EnrollmentState
from stores.sql.activity.queries import ALL_PARTITIONS
from stores.sql.core.pool import Pool
from stores.sql.core.transact import fetch

STORE = "activity"
# The values are whole, so the sums of floats are exact up to nine million enrolments, and many times faster than those
# of int8, which are numeric.
NANO_SUM = "sum(round(value * 1e9))::int8"
BINS = ", ".join(f"count(*) FILTER (WHERE value < {edge}::float8)" for edge in BIN_EDGES)

GROUPS = f"""
SELECT course_key, field AS kind, state AS key, ARRAY[count(*), {NANO_SUM}, {BINS}] AS numbers
FROM enrollment_order
WHERE course_key = ANY($1::text[]) AND field IN ('COMPLETION', 'SCORE') AND value > '-infinity'::float8
GROUP BY course_key, field, state
"""
"""The completion and the scores of courses ($1), by the state of the enrolments: how many have a value, the sum in
billionths, and for each lower edge of a bin how many have less. Every enrolment has a completion."""

STOPPED = f"""
SELECT course_key, 'STOPPED', item_key, ARRAY[count(*)]
FROM enrollment_order
WHERE course_key = ANY($1::text[]) AND field = 'LAST_ACTIVITY' AND value < $2::float8 AND item_key IS NOT NULL
    AND state IN ({", ".join(f"'{state.value}'" for state in COUNTED)})
GROUP BY course_key, item_key
"""
"""How many learners without activity since the time $2 (ms since 1970) stopped at each item."""

COUNTERS = f"""
SELECT course_key, 'ITEM', item_key, ARRAY[{", ".join(f"sum({name})::int8" for name in ItemCounts._fields)}]
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
        rows = await fetch(pool, STORE, query, course_keys, sort_value(now - STOPPED_AFTER))
    else:
        rows = await fetch(pool, STORE, GROUPS, course_keys)
    found: defaultdict[str, defaultdict[str, dict[str, Sequence[int]]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        found[row["course_key"]][row["kind"]][row["key"]] = row["numbers"]
    return {
        course_key: summarize(
            course_key,
            [group_of(state, numbers, of["SCORE"].get(state, (0, 0))) for state, numbers in of["COMPLETION"].items()],
            items={key: ItemCounts(*numbers) for key, numbers in of["ITEM"].items()} if items else None,
            stopped={key: count for key, [count] in of["STOPPED"].items()},
        )
        for course_key, of in found.items()
        if of["COMPLETION"]
    }


def group_of(state: str, completion: Sequence[int], score: Sequence[int]) -> EnrollmentGroup:
    """The group of the enrolments in a state, from the numbers of `GROUPS`."""
    enrollments, completion_nano, *below = completion
    scored, score_nano, *_ = score
    return EnrollmentGroup(
        state=EnrollmentState(state),
        enrollments=enrollments,
        bins=tuple(more - less for less, more in pairwise([0, *below, enrollments])),
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
