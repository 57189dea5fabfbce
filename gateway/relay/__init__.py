"""Publishing: commits leave the outbox for the timeline and for live feeds.

publishing.py        publishing(): a relay within this process, or signals to relays elsewhere
announcement.py      wakes and signals relays after each commit of this process
relay.py             Relay: its background tasks (lease, deliveries, signals, checkpoints)
repeat.py            repeats one task until it is cancelled, with a backoff after errors
lease.py             Lease: the leased partitions, and timeouts that end with the lease
delivery_loop.py     DeliveryLoop: take, deliver and settle the commits of one consumer
bisection.py         finds the rejected commits of a batch
delivery.py          what a delivery writes to the timeline, to live feeds and to sessions (withdrawn_sessions.py)
timeline_rebuild.py  republishes a ledger, to rebuild a timeline (selection.py: the enrolments it covers)
progress_rebuild.py  folds registrations again from the ledger

../portions.py cuts the taken commits into batches; ../doubts.py reconciles timeline writes without a response.
One delivery: DeliveryLoop.step → Lease.use → Outbox.take → Portions.of → deliver_to_… → Outbox.settle
"""
