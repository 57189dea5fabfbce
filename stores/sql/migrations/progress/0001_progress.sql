-- The same SQL on CockroachDB and PostgreSQL. Every statement may be repeated, and ends with a semicolon at a line's
-- end: a migrator that was killed half-way begins the file anew.
-- Room in the pages (fillfactor; CockroachDB passes over it) lets PostgreSQL update a row without touching its index,
-- whose pages other writers read.

CREATE TABLE IF NOT EXISTS enrollments (
    registration uuid PRIMARY KEY,
    learner_id text NOT NULL,
    course_key text NOT NULL,
    course_version int8 NOT NULL,
    state text NOT NULL,
    enrolled_at timestamptz,
    completed_at timestamptz,
    -- The latest REGISTERED or UNREGISTERED, and which of the two it was.
    moved_at timestamptz,
    moved_id uuid,
    withdrawn bool NOT NULL DEFAULT false,
    attributes jsonb NOT NULL,
    UNIQUE (learner_id, course_key)
);

CREATE INDEX IF NOT EXISTS enrollments_by_course ON enrollments (course_key, registration);

CREATE INDEX IF NOT EXISTS enrollments_by_course_and_state ON enrollments (course_key, state, registration);

CREATE TABLE IF NOT EXISTS item_progress (
    registration uuid NOT NULL,
    item_key text NOT NULL,
    attempts int8 NOT NULL,
    completed_at timestamptz,
    passed_at timestamptz,
    waived_at timestamptz,
    failed bool NOT NULL,
    started bool NOT NULL,
    viewed bool NOT NULL,
    progress float8 NOT NULL,
    best_score float8,
    latest_score float8,
    latest_at timestamptz,
    latest_id uuid,
    time_spent_ms int8 NOT NULL,
    last_event_at timestamptz,
    state text NOT NULL,
    completion float8 NOT NULL,
    satisfied bool NOT NULL,
    satisfied_at timestamptz,
    PRIMARY KEY (registration, item_key)
) WITH (fillfactor = 70);

CREATE TABLE IF NOT EXISTS course_progress (
    registration uuid PRIMARY KEY,
    completion float8 NOT NULL,
    score float8,
    items_done int8 NOT NULL,
    items_total int8 NOT NULL,
    satisfied bool NOT NULL,
    satisfied_at timestamptz,
    time_spent_ms int8 NOT NULL,
    last_activity_at timestamptz,
    version int8 NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE IF NOT EXISTS certificates (
    registration uuid PRIMARY KEY,
    issued_at timestamptz NOT NULL,
    revoked_at timestamptz,
    verify_code text NOT NULL UNIQUE
);

CREATE TABLE IF NOT EXISTS resume_points (
    registration uuid PRIMARY KEY,
    item_key text NOT NULL,
    position float8,
    at timestamptz NOT NULL,
    device text,
    id text NOT NULL
) WITH (fillfactor = 70);
