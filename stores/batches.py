"""Batch sizes: how many records go into one call of a store or one transaction, and the cutting into batches.

What a client may send in one request is a limit of the API and stands beside its input in `resolvers/`.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

MONGO_IDS = 100
"""Ids in one `$in`. SecantusDB, the embedded server, slows down beyond."""
MONGO_INSERTS = 1_000
"""Documents in one `insertMany`."""

SQL_ROWS = 2_000
"""Events or enrolments in one transaction. Larger ones conflict more often and repeat more work when they do."""
SQL_SHARED_EVENTS = 1_000
"""Events in a transaction that several callers share. The callers behind it wait for it."""
SQL_WHOLE_LEDGERS = 20
"""Registrations in a transaction that reads their whole ledgers. A ledger has hundreds of events."""

INFLUX_LINES = 5_000
INFLUX_BYTES = 2**20
"""Lines, and about how many bytes of them, in one write to InfluxDB."""

LOADED_PROFILES = 1_000
LOADED_ENROLLMENTS = 4_000
LOADED_EVENTS = 4_000
LOADED_HEARTBEATS = 1_000
"""Records of a data set in one call of a port, two SQL transactions for enrolments and events."""

RELAYED_COMMITS = 1_200
"""Commits that a relay takes from the outbox at once."""
RELAYED_BYTES = 8_000_000
"""Bytes of payloads that a relay takes from the outbox at once: about 30,000 events."""
DELIVERED_EVENTS = 2_000
"""Events in one delivery of a relay or a rebuild. More would hold up the event loop for longer than 30 ms, while their
lines are made."""
SAVED_RESUME_POINTS = 1_000
"""Resume points that a relay copies from the session store to the durable one at once."""
REBUILT_ROWS = 100
"""Courses or enrolments that a rebuild reads at once; the largest page of a port."""


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in order, in lists of `size`, the last one perhaps shorter. Reads no further than the current list."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch


def bounded(lines: Iterable[bytes], *, most: int, most_bytes: int) -> Iterator[list[bytes]]:
    """The lines in order, in lists of up to `most`, each with up to `most_bytes` (a longer line alone)."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == most or size + len(line) > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line) + 1
    if batch:
        yield batch
