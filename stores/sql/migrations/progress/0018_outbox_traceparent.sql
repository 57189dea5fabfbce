-- Phase: expand
-- The W3C traceparent of the operation that made a commit, where its trace is sampled (docs/traces.md). Gateways that do
-- not know the column leave it NULL, so this may be applied while they run.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS traceparent text;
