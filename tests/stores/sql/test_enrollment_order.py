"""A page of a large course costs as much as one of a small course: it is read from a range of an index, in order."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from stores.domain.enrollment_order import (
    NO_VALUE,
    ORDERS,
    Direction,
    EnrollmentFilter,
    EnrollmentOrder,
    OrderField,
    cursor_of,
)
from stores.domain.events import Event, Verb
from stores.domain.paging import from_ms
from stores.domain.progress import EnrollmentState
from stores.sql.core.migrate import migrate
from stores.sql.core.pool import Pool, open_pool
from stores.sql.progress import course_enrollments
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, fresh_sql
from tests.stores.learning import CATALOG, done, enroll, enrollment, record

ENROLMENTS = 8_000
"""In the course c1; a tenth of them have no value. The course c2 has as many."""
FIRST = 50
MOST_ROWS = 2 * (FIRST + 1)
"""The most rows that a node of the plan may read for a page: twice the page, for the two ranges of an ascending order.
"""

FILL = (
    f"""
    INSERT INTO enrollments (registration, learner_id, course_key, course_version, state, attributes, partition)
    SELECT md5('r' || n)::uuid, 'learner-' || n, CASE WHEN n <= {ENROLMENTS} THEN 'c1' ELSE 'c2' END, 1, 'ACTIVE',
        '{{}}', n % 64
    FROM generate_series(1, {2 * ENROLMENTS}) AS numbers(n)
    """,
    f"""
    INSERT INTO enrollment_order (registration, field, course_key, state, value, partition)
    SELECT md5('r' || n)::uuid, field, CASE WHEN n <= {ENROLMENTS} THEN 'c1' ELSE 'c2' END, 'ACTIVE',
        CASE WHEN n % 10 = 0 THEN '-infinity'::float8 WHEN field IN ('COMPLETION', 'SCORE') THEN (n % 101) / 100.0
        ELSE 1e12 + n * 7919 % 100000 END, n % 64
    FROM generate_series(1, {2 * ENROLMENTS}) AS numbers(n)
    CROSS JOIN (VALUES ('ENROLLED_AT'), ('COMPLETION'), ('LAST_ACTIVITY'), ('SCORE')) AS fields(field)
    """,
    "ANALYZE enrollments",
    "ANALYZE enrollment_order",
)


@pytest.fixture
async def large(servers: Servers) -> AsyncIterator[Pool]:
    """Two large courses."""
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        await migrate(pool, "progress")
        for statement in FILL:
            await pool.execute(statement)
        yield pool


async def nodes_of(pool: Pool, statement: tuple[str, list[object]]) -> list[dict[str, Any]]:
    """The nodes of the statement's plan, with what they did."""
    query, args = statement
    [(text,)] = await pool.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}", *args)
    left, nodes = [json.loads(text)[0]["Plan"]], []
    while left:
        nodes.append(left.pop())
        left += nodes[-1].get("Plans", ())
    return nodes


def rows_of(node: dict[str, Any]) -> float:
    """The rows that a node read, those that it removed included."""
    read: float = node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
    return read


async def test_a_page_in_any_order_reads_its_own_rows_alone(large: Pool) -> None:
    """From the start, from the middle, and where the enrolments without a value begin."""
    for order, value in product(ORDERS, [None, 0.5, 1e12 + 5e4, NO_VALUE]):
        after = None if value is None else cursor_of(order, value, UUID(int=2**127))
        nodes = await nodes_of(
            large,
            course_enrollments.page(["c1"], states=None, where=None, order=order, after=after, first=FIRST),
        )
        kinds = Counter(node["Node Type"] for node in nodes)
        assert kinds["Seq Scan"] == 0, (order, value, kinds)
        assert all(rows_of(node) <= MOST_ROWS for node in nodes), (order, value, nodes)
        indexes = {node["Index Name"] for node in nodes if node.get("Relation Name") == "enrollment_order"}
        assert indexes == {"enrollment_order_with_state"}, (order, value, indexes)


async def test_filters_by_state_and_by_the_order_s_own_field_read_a_range(large: Pool) -> None:
    filters = (
        (OrderField.COMPLETION, EnrollmentFilter(completion_at_least=0.5, completion_below=0.75)),
        (OrderField.LAST_ACTIVITY, EnrollmentFilter(inactive_since=from_ms(10**12 + 50_000))),
    )
    for (field, where), direction in product(filters, Direction):
        order = EnrollmentOrder(field, direction)
        nodes = await nodes_of(
            large,
            course_enrollments.page(
                ["c1"], states=[EnrollmentState.ACTIVE], where=where, order=order, after=None, first=FIRST
            ),
        )
        assert all(rows_of(node) <= MOST_ROWS for node in nodes), (order, nodes)


async def test_an_event_writes_only_the_sort_values_that_it_changes(servers: Servers) -> None:
    """And updates of progress stay HOT: they write to no index."""
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        await migrate(pool, "progress")
        progress = SqlProgress(pool)
        await enroll(progress, enrollment(1))

        async def versions() -> dict[str, Any]:
            """The transaction that wrote each row."""
            rows = await pool.fetch("SELECT field, xmin::text FROM enrollment_order")
            return {row["field"]: row["xmin"] for row in rows}

        expected: Sequence[tuple[Event, set[str]]] = (
            (done(1, Verb.REGISTERED), {"ENROLLED_AT"}),
            (done(2, Verb.PLAYED, "video", at=1), {"LAST_ACTIVITY"}),
            (done(3, Verb.PLAYED, "video", at=1), set()),
            (done(4, Verb.VIEWED, "page", at=2), {"LAST_ACTIVITY", "COMPLETION"}),
            (done(5, Verb.UNREGISTERED, at=3), {"ENROLLED_AT", "LAST_ACTIVITY", "COMPLETION", "SCORE"}),
        )
        for event, fields in expected:
            before = await versions()
            assert await record(progress, event) == ["ACCEPTED"]
            after = await versions()
            assert {field for field in after if after[field] != before[field]} == fields, event
        updates = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'course_progress'::regclass"
        async with pool.acquire() as connection:
            await connection.execute("SELECT pg_stat_force_next_flush()")
            assert list(await connection.fetchrow(updates) or ()) == [len(expected)] * 2


async def test_an_enrolment_without_an_accepted_event_leaves_no_sort_value(servers: Servers) -> None:
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        await migrate(pool, "progress")
        event = done(1, Verb.PLAYED, "no such item")
        [verdict] = await SqlProgress(pool).record([event], items=CATALOG, enrollments=[enrollment(1)])
        assert verdict.code == "UNKNOWN_ITEM"
        assert await pool.fetchval("SELECT count(*) FROM enrollment_order") == 0


async def test_a_refold_repairs_sort_values(servers: Servers) -> None:
    """Those of enrolments that an older gateway wrote after the migration."""
    async with fresh_sql(servers) as url, open_pool(url, size=1) as pool:
        await migrate(pool, "progress")
        progress = SqlProgress(pool)
        await enroll(progress, enrollment(1))
        await record(progress, done(1, Verb.PLAYED, "video", at=1))
        query = "SELECT field, state, value FROM enrollment_order ORDER BY field"
        right = await pool.fetch(query)
        assert len(right) == len(OrderField)
        for damage in ("UPDATE enrollment_order SET value = 7", "DELETE FROM enrollment_order"):
            await pool.execute(damage)
            assert await progress.refold([UUID(int=1)], items=CATALOG) == 0
            assert await pool.fetch(query) == right
