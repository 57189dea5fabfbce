-- The counters of items (see stores/sql/activity/item_counts.py), and what a summary needs to know of a registration.
-- Migration 0013 fills them for existing rows.

-- Counters are updated often: with room in the pages, no update touches the index.
CREATE TABLE IF NOT EXISTS course_item_counts (
    partition int8 NOT NULL,
    course_key text NOT NULL,
    item_id uuid NOT NULL,
    item_key text NOT NULL,
    started int8 NOT NULL,
    satisfied int8 NOT NULL,
    failed int8 NOT NULL,
    scored int8 NOT NULL,
    score_nano int8 NOT NULL,
    PRIMARY KEY (partition, course_key, item_id)
) WITH (fillfactor = 50);

-- The item of the learner's last activity, in the row of LAST_ACTIVITY, which changes with it.
ALTER TABLE enrollment_order ADD COLUMN IF NOT EXISTS item_key text;

-- Whether the registration's items are in the counters. The first write of a registration counts it.
ALTER TABLE course_progress ADD COLUMN IF NOT EXISTS counted bool NOT NULL DEFAULT false;
