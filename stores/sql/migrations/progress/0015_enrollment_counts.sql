-- The numbers of enrolments by course and state (see stores/sql/progress/enrollment_counts.py). Migration 0016 counts
-- the existing enrolments. A row is updated often: with room in the pages, no update touches the index.
CREATE TABLE IF NOT EXISTS enrollment_counts (
    partition int8 NOT NULL,
    course_key text NOT NULL,
    state text NOT NULL,
    enrollments int8 NOT NULL,
    PRIMARY KEY (partition, course_key, state)
) WITH (fillfactor = 50);
