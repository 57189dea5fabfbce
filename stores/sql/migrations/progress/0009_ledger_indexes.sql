-- Whole ledgers are read by the index on (registration, occurred_at, slot). By verb, only attempts and voids are read:
-- the other events, which are most, need no entry in an index of verbs.

CREATE INDEX IF NOT EXISTS event_ledger_attempts_and_voids ON event_ledger (registration, verb)
WHERE verb IN ('ANSWERED', 'ATTEMPTED', 'PASSED', 'FAILED', 'VOIDED');

DROP INDEX IF EXISTS event_ledger_by_registration;
