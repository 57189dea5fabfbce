-- The slot of an event among the events of its registration in one millisecond (see stores/domain/slots.py), and the
-- partition of a registration, which a later version puts into the keys. Migration 0006 fills both for existing rows,
-- migration 0007 makes them NOT NULL.

ALTER TABLE event_ledger ADD COLUMN IF NOT EXISTS slot int8;

ALTER TABLE event_ledger ADD COLUMN IF NOT EXISTS partition int8;

ALTER TABLE enrollments ADD COLUMN IF NOT EXISTS partition int8;

ALTER TABLE item_progress ADD COLUMN IF NOT EXISTS partition int8;

ALTER TABLE item_sessions ADD COLUMN IF NOT EXISTS partition int8;

ALTER TABLE course_progress ADD COLUMN IF NOT EXISTS partition int8;

ALTER TABLE certificates ADD COLUMN IF NOT EXISTS partition int8;

ALTER TABLE resume_points ADD COLUMN IF NOT EXISTS partition int8;

-- There are several rebuilds now, by name; the one of the timeline goes through all registrations several times.
ALTER TABLE progress_rebuilds ADD COLUMN IF NOT EXISTS started_at timestamptz NOT NULL DEFAULT now();

ALTER TABLE progress_rebuilds ADD COLUMN IF NOT EXISTS pass int8 NOT NULL DEFAULT 0;
