"""The pages of courses' enrolments as SQL. An order is read from the index of `enrollment_order`, backwards if it is
descending: enrolments without a value have the lowest one. Ascending, they are read after the others.

In every statement $1 are the course keys.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from stores.domain.enrollment_order import (
    NO_VALUE,
    Direction,
    EnrollmentFilter,
    EnrollmentOrder,
    OrderField,
    place_of,
)
from stores.domain.paging import ENROLLMENTS_OF_COURSE
from stores.domain.progress import EnrollmentState
from stores.sql.core.where_clause import WhereClause, storable
from stores.sql.progress import queries
from stores.sql.progress.tables import ENROLLMENTS

HAS_VALUE, HAS_NONE = "value > '-infinity'::float8", "value = '-infinity'::float8"


def page(
    course_keys: Sequence[str],
    *,
    states: Collection[EnrollmentState] | None,
    where: EnrollmentFilter | None,
    order: EnrollmentOrder | None,
    after: str | None,
    first: int,
) -> tuple[str, list[object]]:
    """The statement and the parameters of `Progress.by_courses`. With an order, its rows have the sort `value`."""
    clause = WhereClause(storable(course_keys), first + 1)
    clause.is_in("state", states)
    if order is not None:
        add_filter(clause, where, sorted_by=order.field)
        return ordered(clause, order, after), clause.args
    add_filter(clause, where)
    if after is not None:
        clause.add("registration > {0}::uuid", ENROLLMENTS_OF_COURSE.decode(after)[0])
    return queries.pages("course_key", clause, order="registration"), clause.args


def counts(
    course_keys: Sequence[str], *, states: Collection[EnrollmentState] | None, where: EnrollmentFilter
) -> tuple[str, list[object]]:
    """The statement and the parameters of `Progress.count_by_courses` with a filter: it counts rows, those of the index
    if the filter has a range."""
    clause = WhereClause(storable(course_keys))
    clause.is_in("state", states)
    counted_by = next(iter(where.ranges), None)
    add_filter(clause, where, sorted_by=counted_by)
    if counted_by is None:
        return queries.counts("course_key", clause), clause.args
    query = f"""
    SELECT course_key, count(*) FROM enrollment_order
    WHERE course_key = ANY($1::text[]) AND field = '{counted_by.value}'{clause.text} GROUP BY course_key
    """
    return query, clause.args


def add_filter(clause: WhereClause, where: EnrollmentFilter | None, *, sorted_by: OrderField | None = None) -> None:
    """Add the conditions of a filter on rows of `enrollments`, or on those rows of `enrollment_order` that have this
    field."""
    if where is None:
        return
    for field, (least, below) in where.ranges.items():
        if field is sorted_by:
            clause.add("value >= {0} AND value < {1}", least, below)
        else:
            clause.add(
                "registration IN (SELECT registration FROM enrollment_order WHERE course_key = ANY($1::text[])"
                f" AND field = '{field.value}' AND value >= {{0}} AND value < {{1}})",
                least,
                below,
            )
    if where.learner_ids is None:
        return
    learners = storable(where.learner_ids)
    if sorted_by is None:
        clause.add("learner_id = ANY({0}::text[])", learners)
    else:
        clause.add(
            "registration IN (SELECT registration FROM enrollments"
            " WHERE course_key = ANY($1::text[]) AND learner_id = ANY({0}::text[]))",
            learners,
        )


def ordered(clause: WhereClause, order: EnrollmentOrder, after: str | None) -> str:
    """A page in this order for each course. $2: rows for each course."""
    place = None if after is None else place_of(order, after)
    if order.direction is Direction.DESC:
        if place is not None:
            clause.add("(value, registration) < ({0}::float8, {1}::uuid)", place[0], str(place[1]))
        by = "value DESC, registration DESC"
        found = part(order.field, clause.text, by=by)
    else:
        by = f"{HAS_NONE}, value, registration"
        found = ascending(order.field, clause, place, by=by)
    return f"""
SELECT {", ".join(f"enrollment.{name}" for name in ENROLLMENTS.columns)}, found.value
FROM unnest($1::text[]) AS asked(key)
CROSS JOIN LATERAL ({found}) AS found
JOIN enrollments AS enrollment ON enrollment.registration = found.registration
ORDER BY {by}
"""


def ascending(field: OrderField, clause: WhereClause, place: tuple[float, UUID] | None, *, by: str) -> str:
    """The first rows after this place, ascending: two ranges of the index, those without a value last."""
    without = f"{clause.text} AND {HAS_NONE}"
    if place is not None and place[0] == NO_VALUE:
        clause.add("registration > {0}::uuid", str(place[1]))
        return part(field, f"{clause.text} AND {HAS_NONE}", by="value, registration")
    if place is not None:
        clause.add("(value, registration) > ({0}::float8, {1}::uuid)", place[0], str(place[1]))
    parts = (part(field, text, by="value, registration") for text in (f"{clause.text} AND {HAS_VALUE}", without))
    return f"SELECT registration, value FROM (({') UNION ALL ('.join(parts)})) AS found ORDER BY {by} LIMIT $2"


def part(field: OrderField, conditions: str, *, by: str) -> str:
    """The first rows of a course in a range of the index."""
    return f"""
    SELECT registration, value FROM enrollment_order
    WHERE course_key = asked.key AND field = '{field.value}'{conditions}
    ORDER BY {by} LIMIT $2
    """
