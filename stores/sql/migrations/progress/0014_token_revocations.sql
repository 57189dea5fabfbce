-- Revocations of tokens (see stores/sql/revocations/revocations.py). Each process reads all that are in force, once a
-- second, by the index.
CREATE TABLE IF NOT EXISTS token_revocations (
    kind text NOT NULL,
    key text NOT NULL,
    revoked_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (kind, key)
);

CREATE INDEX IF NOT EXISTS token_revocations_until ON token_revocations (until);
