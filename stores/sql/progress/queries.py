"""The reads of progress as SQL. All keys are one array parameter; pages of several keys are read by LATERAL joins."""

from collections.abc import Collection, Sequence
from uuid import UUID

from stores.domain.item_progress import ATTEMPTS
from stores.domain.paging import ATTEMPTS as ATTEMPT_CURSORS
from stores.domain.paging import ENROLLMENTS_OF_LEARNER, from_ms
from stores.domain.progress import EnrollmentState
from stores.sql.core.tables import Table
from stores.sql.core.uuids import texts_of
from stores.sql.core.where_clause import WhereClause, storable
from stores.sql.progress.tables import CERTIFICATES, ENROLLMENTS, LEDGER_EVENTS

VOIDS_OF = """
SELECT voids, registration FROM event_ledger
WHERE voids = ANY($1::text[]::uuid[]) AND voids IS NOT NULL AND verb = 'VOIDED'
"""

# A void of a void has no effect. The registrations are a parameter of each part, so that each is read by an index.
LIVE_EVENTS = f"""
SELECT {", ".join(f"event.{name}" for name in LEDGER_EVENTS.types)}, enrollment.learner_id, enrollment.course_key
FROM event_ledger AS event
JOIN enrollments AS enrollment ON enrollment.registration = event.registration
WHERE event.registration = ANY($1::text[]::uuid[]) AND enrollment.registration = ANY($1::text[]::uuid[])
AND event.occurred_at >= $2 AND event.occurred_at < $3
AND NOT EXISTS (
    SELECT 1 FROM event_ledger AS void
    WHERE void.registration = ANY($1::text[]::uuid[]) AND void.verb = 'VOIDED'
    AND void.registration = event.registration AND void.voids = event.event_id AND event.verb <> 'VOIDED'
)
"""

REVOKE = """
UPDATE certificates SET revoked_at = $2, revoked_because = $3 WHERE registration = $1::text::uuid AND revoked_at IS NULL
"""
CERTIFICATES_BY_CODE = f"""
SELECT {CERTIFICATES.names} FROM certificates WHERE verify_code = ANY($1::text[])
"""


def by_key(table: Table) -> str:
    """The rows of these registrations."""
    return f"SELECT {table.names} FROM {table.name} WHERE registration = ANY($1::text[]::uuid[])"


def enrollments_of_learners(
    learner_ids: Sequence[str],
    *,
    states: Collection[EnrollmentState] | None,
    courses: Collection[str] | None,
    after: str | None,
    first: int,
) -> tuple[str, list[object]]:
    """The statement and the parameters of `Progress.by_learners`."""
    where = WhereClause(storable(learner_ids), first + 1)
    where.is_in("state", states)
    where.is_in("course_key", courses)
    if after is not None:
        ms, registration = ENROLLMENTS_OF_LEARNER.decode(after)
        if ms:
            where.add(
                "enrolled_at IS NULL OR enrolled_at < {0}::timestamptz"
                " OR (enrolled_at = {0}::timestamptz AND registration > {1}::uuid)",
                from_ms(int(ms)),
                registration,
            )
        else:
            where.add("enrolled_at IS NULL AND registration > {0}::uuid", registration)
    # The servers have different defaults for the place of NULL.
    return pages("learner_id", where, order="enrolled_at IS NULL, enrolled_at DESC, registration"), where.args


def pages(key: str, where: WhereClause, *, order: str) -> str:
    """A page of enrolments for each key. $1: the keys; $2: rows for each key."""
    return f"""
SELECT {", ".join(f"found.{name}" for name in ENROLLMENTS.columns)}
FROM unnest($1::text[]) AS asked(key)
CROSS JOIN LATERAL (
    SELECT {ENROLLMENTS.names} FROM enrollments WHERE {key} = asked.key{where.text} ORDER BY {order} LIMIT $2
) AS found
ORDER BY {order}
"""


def counts_of_learners(
    learner_ids: Sequence[str],
    *,
    states: Collection[EnrollmentState] | None,
    courses: Collection[str] | None,
) -> tuple[str, list[object]]:
    """The statement and the parameters of `Progress.count_by_learners`."""
    where = WhereClause(storable(learner_ids))
    where.is_in("state", states)
    where.is_in("course_key", courses)
    return counts("learner_id", where), where.args


def counts(key: str, where: WhereClause) -> str:
    """The number of enrolments for each key. $1: the keys."""
    return f"SELECT {key}, count(*) FROM enrollments WHERE {key} = ANY($1::text[]){where.text} GROUP BY {key}"


def enrollments_after(after: UUID | None, *, most: int) -> tuple[str, list[object]]:
    """The statement and the parameters of `Progress.enrollments_after`."""
    where = after_registration(after, most)
    query = f"SELECT {ENROLLMENTS.names} FROM enrollments WHERE true{where.text} ORDER BY registration LIMIT $1"
    return query, where.args


def count_enrollments(after: UUID | None) -> tuple[str, list[object]]:
    """The statement and the parameters of `Progress.count_enrollments`."""
    where = after_registration(after)
    return f"SELECT count(*) FROM enrollments WHERE true{where.text}", where.args


def after_registration(after: UUID | None, *args: object) -> WhereClause:
    """The condition on the enrolments after this one, of all if it is None; `args` come first."""
    where = WhereClause(*args)
    if after is not None:
        where.add("registration > {0}::uuid", str(after))
    return where


ATTEMPT_VERBS = ", ".join(f"'{verb}'" for verb in sorted(verb.value for verb in ATTEMPTS))


def attempts(
    registrations: Sequence[UUID], *, item: str | None, after: str | None, first: int
) -> tuple[str, list[object]]:
    """The statement and the parameters of `Progress.attempts`."""
    counted = WhereClause(texts_of(registrations), first + 1)
    counted.is_in("item_key", None if item is None else [item])
    shown = WhereClause(*counted.args)
    if after is not None:
        ms, event_id = ATTEMPT_CURSORS.decode(after)
        shown.add("(occurred_at, event_id) > ({0}::timestamptz, {1}::uuid)", from_ms(int(ms)), event_id)
    query = f"""
SELECT registration, number, event_id, item_key, occurred_at, score, outcome
FROM (
    SELECT registration, number, event_id, item_key, occurred_at, score, outcome,
        row_number() OVER (PARTITION BY registration ORDER BY occurred_at, event_id) AS place
    FROM (
        SELECT registration, event_id, item_key, occurred_at, score, outcome,
            row_number() OVER (PARTITION BY registration, item_key ORDER BY occurred_at, event_id) AS number
        FROM event_ledger AS attempt
        WHERE registration = ANY($1::text[]::uuid[]) AND verb IN ({ATTEMPT_VERBS}) AND item_key IS NOT NULL
        {counted.text}
        AND NOT EXISTS (
            SELECT 1 FROM event_ledger AS void
            WHERE void.registration = ANY($1::text[]::uuid[]) AND void.verb = 'VOIDED'
            AND void.registration = attempt.registration AND void.voids = attempt.event_id
        )
    ) AS numbered
    WHERE true{shown.text}
) AS placed
WHERE place <= $2
ORDER BY registration, place
"""
    return query, shown.args
