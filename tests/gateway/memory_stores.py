"""Empty memory stores."""

from collections.abc import Callable
from datetime import datetime

from stores.memory.activity import MemoryActivity
from stores.memory.catalog import MemoryCatalog
from stores.memory.documents import MemoryDocuments
from stores.memory.live import MemoryLive
from stores.memory.outbox import MemoryOutbox
from stores.memory.profiles import MemoryProfiles
from stores.memory.progress import MemoryProgress
from stores.memory.rates import MemoryRates
from stores.memory.revocations import MemoryRevocations
from stores.memory.sessions import MemorySessions
from stores.memory.timeline import MemoryTimeline
from stores.ports.stores import Stores


def memory_stores(now: Callable[[], datetime]) -> Stores:
    outbox = MemoryOutbox(now=now)
    progress = MemoryProgress(outbox=outbox)
    return Stores(
        profiles=MemoryProfiles(),
        catalog=MemoryCatalog(),
        progress=progress,
        activity=MemoryActivity(progress),
        timeline=MemoryTimeline(),
        sessions=MemorySessions(now=now),
        live=MemoryLive(),
        documents=MemoryDocuments(now=now),
        rates=MemoryRates(now=now),
        revocations=MemoryRevocations(),
        outbox=outbox,
    )
