"""Creates the Peer of an HTTP request or a WebSocket connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.http.auth.access import Access
from resolvers.context import Peer

TRACE_HEADER = "x-gateway-trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """What all peers of the process share: how to authenticate them, the stores' deadlines and the clock."""

    access: Access
    deadlines: Mapping[str, timedelta]
    now: Callable[[], datetime]

    def create(self, state: Any, authorization: str | None, *, trace: str | None) -> Peer:
        """The peer for this Authorization header. `state` is the AppState; `trace` the value of TRACE_HEADER. Raises
        `Unauthenticated`."""
        viewer = self.access.viewer(authorization)
        return Peer(
            stores=state["stores"],
            viewer=viewer,
            health=state["health"],
            topics=state["topics"],
            deadlines=self.deadlines,
            now=self.now,
            trace=trace == "stores" and self.access.may_trace(viewer),
        )
