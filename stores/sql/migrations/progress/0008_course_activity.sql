-- The activity of each registration by quarter of an hour of UTC, counted in the transactions that write the ledger.

-- Reads take a course's range of each partition from the key's index alone, which therefore includes the counts. So an
-- increment is no HOT update and costs about 10 µs more; the same range read from the table costs more than twice as
-- much. CockroachDB has all columns in the key's index.
-- An index-only scan looks a row up in the table unless VACUUM has marked its page since the last change. By default a
-- table is vacuumed after a fifth of it has changed, and only then.
CREATE TABLE IF NOT EXISTS course_activity (
    partition int8 NOT NULL,
    course_key text NOT NULL,
    quarter_start timestamptz NOT NULL,
    registration uuid NOT NULL,
    events int8 NOT NULL,
    active_ms int8 NOT NULL,
    PRIMARY KEY (partition, course_key, quarter_start, registration) INCLUDE (events, active_ms)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);

CREATE INDEX IF NOT EXISTS course_activity_by_registration ON course_activity (registration, quarter_start);
