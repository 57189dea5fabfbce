"""What bounded queues of subscribers do with what is too much for them."""

from dataclasses import dataclass


@dataclass(slots=True)
class QueueCounts:
    """`coalesced`: entries that were merged into others or replaced by newer ones. `dropped`: entries that were not
    delivered from a queue; a listener reads its feed again for them."""

    coalesced: int = 0
    dropped: int = 0
