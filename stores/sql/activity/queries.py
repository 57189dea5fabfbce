"""The reads of course activity as SQL.

Each statement also returns a row of NULLs while a recount is under way, so that this costs no further round trip.
"""

from stores.domain.outbox import PARTITIONS
from stores.domain.rebuilds import Rebuild
from stores.sql.progress.rebuilds import NAMES

RECOUNTS = f"SELECT 1 FROM progress_rebuilds WHERE name = '{NAMES[Rebuild.ACTIVITY]}'"
ALL_PARTITIONS = ", ".join(map(str, range(PARTITIONS)))


def by_courses(*, learners: bool) -> str:
    """The activity of courses ($1) in adjoining windows. $2: the starts of all windows; $3, $4: the start of the first
    one and the end of the last. `place`: the number of the window, from 1.

    All partitions are named, so that the ranges of the courses are read from the index of the key. A registration is in
    one partition, so distinct registrations are counted in each and added up: to sort each partition's rows is faster.
    The bounds are a subquery, or the server would cast them again for each row.
    """
    counted, added = (", count(DISTINCT registration) AS learners", "sum(learners)") if learners else ("", "NULL")
    return f"""
SELECT course_key, place, sum(events) AS events, sum(active_ms) AS active_ms, {added} AS learners
FROM (
    SELECT partition, course_key, width_bucket(quarter_start, (SELECT $2::text[]::timestamptz[])) AS place,
        sum(events) AS events, sum(active_ms) AS active_ms{counted}
    FROM course_activity
    WHERE partition IN ({ALL_PARTITIONS}) AND course_key = ANY($1::text[])
    AND quarter_start >= $3::timestamptz AND quarter_start < $4::timestamptz AND NOT EXISTS ({RECOUNTS})
    GROUP BY partition, course_key, place
) AS counted
GROUP BY course_key, place
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL WHERE EXISTS ({RECOUNTS})
"""


def quarters_of_learners(*, narrowed: bool) -> str:
    """The quarters of an hour, numbered from 1970, in which learners ($1) were active; `narrowed`: in courses ($2)."""
    courses = "AND activity.course_key = ANY($2::text[])" if narrowed else ""
    return f"""
SELECT learner_id, array_agg(DISTINCT floor(extract(epoch FROM quarter_start) / 900)::int8) AS quarters
FROM enrollments JOIN course_activity AS activity ON activity.registration = enrollments.registration
WHERE learner_id = ANY($1::text[]) {courses} AND NOT EXISTS ({RECOUNTS})
GROUP BY learner_id
UNION ALL
SELECT NULL, NULL WHERE EXISTS ({RECOUNTS})
"""


BY_REGISTRATIONS = f"""
SELECT registration, quarter_start, events, active_ms FROM course_activity
WHERE registration = ANY($1::text[]::uuid[]) AND quarter_start >= $2::timestamptz AND quarter_start < $3::timestamptz
UNION ALL
SELECT NULL, NULL, NULL, NULL WHERE EXISTS ({RECOUNTS})
ORDER BY registration, quarter_start
"""
