-- Revocations of tokens (see stores/sql/revocations/revocations.py). Each process reads all of them when it starts, and
-- those that were recorded lately once a second, by the index. `recorded_at` is the time of the server.
CREATE TABLE IF NOT EXISTS token_revocations (
    kind text NOT NULL,
    key text NOT NULL,
    revoked_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, key)
);

CREATE INDEX IF NOT EXISTS token_revocations_until ON token_revocations (until);

CREATE INDEX IF NOT EXISTS token_revocations_recorded_at ON token_revocations (recorded_at);
