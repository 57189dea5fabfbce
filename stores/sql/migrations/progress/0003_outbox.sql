-- What commits left for those who follow them. Short-lived rows, read by partition, gone when their consumer has them.

ALTER TABLE course_progress ADD COLUMN IF NOT EXISTS commits int8 NOT NULL DEFAULT 0;

ALTER TABLE certificates ADD COLUMN IF NOT EXISTS revoked_because text;

CREATE TABLE IF NOT EXISTS outbox (
    consumer text NOT NULL,
    partition int8 NOT NULL,
    registration uuid NOT NULL,
    -- Counts the registration's commits: their order.
    number int8 NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Text, for jsonb would give numbers back in other forms.
    payload text NOT NULL,
    PRIMARY KEY (consumer, partition, registration, number)
);

-- Who may publish a partition's registrations, until when.
CREATE TABLE IF NOT EXISTS outbox_leases (
    partition int8 PRIMARY KEY,
    holder text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Everyone who claims, those without a partition among them: how many must share.
CREATE TABLE IF NOT EXISTS outbox_holders (
    holder text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
