"""Reads that the operations of a process share (docs/caching.md), below the policy: values depend on keys, not viewers.

sharing.py          what an access path declares: which values may be shared
shared_reads.py     SharedReads: the values that are kept, and the store calls under way
flight.py           one store call that several operations await
last_good.py        LastGood: the last good values, for when a store fails
stale_reads.py      what one operation reads of stores that fail
kept_values.py      values by path, arguments and key, bounded in bytes
value_size.py       the estimated size of a value
freshness.py        how old a value may be when it is served
read_counts.py      hits, reads and invalidations, counted
announced_stores.py ports of profiles and courses that announce each write
announcer.py        publishes what was written to all processes
change_watch.py     receives what other processes wrote
"""
