-- PostgreSQL's alone: for places without InfluxDB. Weekly partitions, so that old weeks can be dropped whole; they are
-- made when the first event of their week comes. Every statement may be repeated.

CREATE TABLE IF NOT EXISTS timeline_events (
    event_id uuid NOT NULL,
    at timestamptz NOT NULL,
    learner_id text NOT NULL,
    course_key text NOT NULL,
    registration uuid NOT NULL,
    verb text NOT NULL,
    verb_iri text NOT NULL,
    item_key text,
    score float8,
    success bool,
    progress float8,
    duration_ms int8,
    position float8,
    session_id text,
    voids uuid,
    -- Text, for jsonb would give numbers back in other forms.
    extensions text NOT NULL,
    PRIMARY KEY (event_id, at)
) PARTITION BY RANGE (at);

CREATE INDEX IF NOT EXISTS timeline_events_by_learner ON timeline_events (learner_id, at, event_id);

CREATE INDEX IF NOT EXISTS timeline_events_by_course ON timeline_events (course_key, at);

CREATE TABLE IF NOT EXISTS timeline_quarters (
    course_key text NOT NULL,
    start timestamptz NOT NULL,
    events int8 NOT NULL,
    active_ms int8 NOT NULL,
    PRIMARY KEY (course_key, start)
);
