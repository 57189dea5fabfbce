"""The ports, side by side: opened by `gateway/config/open_stores.py` and passed to everything else."""

from dataclasses import dataclass, fields, replace
from typing import Any

from stores.ports.activity import Activity
from stores.ports.catalog import Catalog
from stores.ports.documents import Documents
from stores.ports.live import Live
from stores.ports.outbox import Outbox
from stores.ports.pinger import Pinger
from stores.ports.profiles import Profiles
from stores.ports.progress import Progress
from stores.ports.rates import Rates
from stores.ports.revocations import Revocations
from stores.ports.sessions import Sessions
from stores.ports.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """One implementation of each port."""

    profiles: Profiles
    catalog: Catalog
    progress: Progress
    activity: Activity
    timeline: Timeline
    sessions: Sessions
    live: Live
    documents: Documents
    rates: Rates
    revocations: Revocations
    outbox: Outbox

    def by_name(self) -> dict[str, Pinger]:
        """Each port under the name that traces, errors and health call it by."""
        return {name: getattr(self, name) for name in NAMES}

    def in_trace(self, traceparent: str) -> "Stores":
        """The stores for the calls of an operation whose trace is sampled (`Traceable`)."""
        # A `runtime_checkable` protocol would be asked in 5 µs.
        ways = {name: getattr(getattr(self, name), "in_trace", None) for name in NAMES}
        traced: dict[str, Any] = {name: way(traceparent) for name, way in ways.items() if way is not None}
        return replace(self, **traced)


NAMES = tuple(entry.name for entry in fields(Stores))
