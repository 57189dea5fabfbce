-- Migration 0006 has filled these columns.

ALTER TABLE event_ledger ALTER COLUMN slot SET NOT NULL;

ALTER TABLE event_ledger ALTER COLUMN partition SET NOT NULL;

ALTER TABLE enrollments ALTER COLUMN partition SET NOT NULL;

ALTER TABLE item_progress ALTER COLUMN partition SET NOT NULL;

ALTER TABLE item_sessions ALTER COLUMN partition SET NOT NULL;

ALTER TABLE course_progress ALTER COLUMN partition SET NOT NULL;

ALTER TABLE certificates ALTER COLUMN partition SET NOT NULL;

ALTER TABLE resume_points ALTER COLUMN partition SET NOT NULL;

-- The timeline of this version is another one, and the activity of courses is new: both are made from the ledger.
INSERT INTO progress_rebuilds (name)
SELECT name FROM (VALUES ('timeline'), ('activity')) AS derived (name)
WHERE EXISTS (SELECT 1 FROM event_ledger) ON CONFLICT (name) DO NOTHING;
