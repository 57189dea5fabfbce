"""How many connections the process may hold, and what each may take."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.config.groups.http import HttpSettings
from gateway.observability.refusals import Refusals

log = logging.getLogger("quadrangle.http")
DESCRIPTORS_KEPT = 256
"""File descriptors that are not for clients: connections to stores, files, the event loop."""
UNLIMITED = 100_000
"""Connections if the system has no limit."""
PROBES = 32
"""Connections beyond the limit that may ask for /livez."""


def allowed_connections(wanted: int | None) -> int:
    """The number of client connections: `wanted`, but no more than the descriptors of the process allow."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        descriptors = UNLIMITED
    else:
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if descriptors == resource.RLIM_INFINITY:
            descriptors = UNLIMITED
    allowed = max(1, descriptors - min(DESCRIPTORS_KEPT, descriptors // 2) - PROBES)
    if wanted is not None and wanted > allowed:
        log.warning("GATEWAY_CONNECTIONS is more than the file descriptors allow", extra={"connections": allowed})
    return allowed if wanted is None else min(wanted, allowed)


class ProbeConnections:
    """The connections beyond the limit. Each may ask for /livez once. When all places are taken, the oldest loses its
    place: clients that send nothing do not keep a probe from its answer."""

    def __init__(self, places: int = PROBES) -> None:
        self._places = places
        self._close: dict[object, Callable[[], None]] = {}

    def add(self, connection: object, close: Callable[[], None]) -> None:
        """Take a place. `close` is called when another connection needs it."""
        if len(self._close) >= self._places:
            oldest = next(iter(self._close))
            self._close.pop(oldest)()
        self._close[connection] = close

    def discard(self, connection: object) -> None:
        """Give up a place, if the connection has one."""
        self._close.pop(connection, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionBounds:
    """What all connections of a server share: their bounds, and the counts of what goes
    beyond them. Times in seconds."""

    head_limit: int
    headers: int
    head_timeout: float
    body_timeout: float
    connections: int
    probes: ProbeConnections = field(default_factory=ProbeConnections)
    refusals: Refusals = field(default_factory=Refusals)

    @classmethod
    def of(cls, settings: HttpSettings, *, refusals: Refusals) -> "ConnectionBounds":
        """The bounds in the settings. `refusals` counts what goes beyond them."""
        return cls(
            head_limit=settings.head_limit,
            headers=settings.headers,
            head_timeout=settings.head_timeout.total_seconds(),
            body_timeout=settings.body_timeout.total_seconds(),
            connections=allowed_connections(settings.connections),
            refusals=refusals,
        )
