-- Whole events, so that a fold can be made again. Rows are never changed.

CREATE TABLE IF NOT EXISTS event_ledger (
    event_id uuid PRIMARY KEY,
    body_sha256 bytea NOT NULL,
    registration uuid NOT NULL,
    verb text NOT NULL,
    verb_iri text NOT NULL,
    item_key text,
    occurred_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    score float8,
    success bool,
    progress float8,
    duration_ms int8,
    position float8,
    session_id text,
    voids uuid,
    extensions jsonb NOT NULL,
    -- Whether an attempt succeeded, by its item's mastery score where nothing else says so.
    outcome bool
);

-- By verb, for attempts are read by it; a fold made again reads the whole registration.
CREATE INDEX IF NOT EXISTS event_ledger_by_registration ON event_ledger (registration, verb);

CREATE INDEX IF NOT EXISTS event_ledger_by_voids ON event_ledger (voids) WHERE voids IS NOT NULL;
