"""Publishing: commits leave the outbox for the timeline and for live feeds.

publishing.py        publishing(): a relay within this process, or signals to relays elsewhere
announcement.py      wakes and signals relays after each commit of this process
relay.py             Relay: its background tasks (lease, deliveries, signals, checkpoints)
repeat.py            repeats one task until it is cancelled, with a backoff after errors
lease.py             Lease: the leased partitions, and timeouts that end with the lease
delivery_loop.py     DeliveryLoop: take, deliver and settle the commits of one consumer, in order or several at a time
observer.py          where deliveries are reported
bisection.py         finds the rejected commits of a batch
delivery.py          what a delivery writes to the timeline, to live feeds and to sessions (withdrawn_sessions.py)
rebuild_loop.py      goes through all registrations, and resumes; timeline_rebuild.py, activity_rebuild.py and
                     progress_rebuild.py rebuild one kind of data each; selection.py chooses the enrolments

One delivery: DeliveryLoop.step → Outbox.take → deliver_to_… → Outbox.settle
"""
