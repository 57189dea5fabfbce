"""Five empty memory stores."""

from collections.abc import Callable
from datetime import datetime

from stores.memory.catalog import MemoryCatalog
from stores.memory.profiles import MemoryProfiles
from stores.memory.progress import MemoryProgress
from stores.memory.sessions import MemorySessions
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores


def memory_stores(now: Callable[[], datetime]) -> Stores:
    return Stores(
        profiles=MemoryProfiles(),
        catalog=MemoryCatalog(),
        progress=MemoryProgress(),
        timeline=MemoryTimeline(),
        sessions=MemorySessions(now=now),
    )
