-- The sort values of enrolments (see stores/domain/enrollment_order.py), a row for each field. Migration 0011 fills them.
-- No index has a column of course_progress that events change, so that its updates stay HOT. An event changes one or two
-- of the rows. One row with all values would be in four indexes, and every change would write to all of them.

CREATE TABLE IF NOT EXISTS enrollment_order (
    registration uuid NOT NULL,
    -- A value of OrderField.
    field text NOT NULL,
    course_key text NOT NULL,
    state text NOT NULL,
    -- Moments are in ms since 1970. -infinity where the enrolment has no value.
    value float8 NOT NULL,
    partition int8 NOT NULL,
    PRIMARY KEY (registration, field)
);

CREATE INDEX IF NOT EXISTS enrollment_order_by_value ON enrollment_order (course_key, field, value, registration);
