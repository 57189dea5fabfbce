"""Who asks becomes a Peer: by HTTP and over a socket alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.http.auth.tokens import Access
from resolvers.context import Peer

TRACE_HEADER = "x-gateway-trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    access: Access
    deadlines: Mapping[str, timedelta]
    now: Callable[[], datetime]

    def of(self, state: Any, authorization: str | None, *, trace: str | None) -> Peer:
        """`state`: the process's, as the lifespan yielded it. `Unauthenticated` as `Access.viewer` raises it."""
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
