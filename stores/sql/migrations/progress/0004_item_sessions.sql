-- The durations that each session reported for an item, so that a session counts once in the time spent.

CREATE TABLE IF NOT EXISTS item_sessions (
    registration uuid NOT NULL,
    item_key text NOT NULL,
    -- The id, or its SHA-256 where it is long: see time_spent.session_key.
    session_id text NOT NULL,
    whole_ms int8 NOT NULL,
    parts_ms int8 NOT NULL,
    PRIMARY KEY (registration, item_key, session_id)
) WITH (fillfactor = 70);

-- One row while a rebuild of progress has not ended: the last registration that it has rebuilt.
CREATE TABLE IF NOT EXISTS progress_rebuilds (
    name text PRIMARY KEY,
    after_registration uuid
);

-- Rows folded before this migration have no sessions: fold them again from the ledger.
INSERT INTO progress_rebuilds (name)
SELECT 'all' WHERE EXISTS (SELECT 1 FROM event_ledger) ON CONFLICT (name) DO NOTHING;
