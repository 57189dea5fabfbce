-- The timeline only appends: the place of an event (its millisecond and slot) comes from the ledger, and a voided event
-- is marked. The tables of the migrations before are not read any more; `rebuild timeline --drop-old` drops them.

CREATE TABLE IF NOT EXISTS interactions (
    learner_id text NOT NULL,
    at timestamptz NOT NULL,
    slot int8 NOT NULL,
    registration uuid NOT NULL,
    event_id uuid NOT NULL,
    course_key text NOT NULL,
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
    voided bool NOT NULL DEFAULT false,
    PRIMARY KEY (learner_id, at, slot, registration)
);
