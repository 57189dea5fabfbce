"""Creates the Peer of an HTTP request or a WebSocket connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.datastructures import Headers

from gateway.http.auth.access import Access
from gateway.http.auth.refusals import Unauthenticated
from gateway.http.bounds.request_timeout import operation_timeout
from gateway.http.origins import is_foreign
from gateway.http.rates.accounts import account_of, account_of_address
from gateway.http.rates.rate_limit import FAILED_AUTHENTICATION, RateLimit
from resolvers.context import Peer
from resolvers.limits import Limits
from resolvers.policy.policy import Policy

TRACE_HEADER = "x-gateway-trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """What all peers of the process share: how to authenticate them, deadlines of stores and operations, their limits,
    the clock, the policy."""

    access: Access
    deadlines: Mapping[str, timedelta]
    limits: Limits
    operation_timeout: timedelta
    now: Callable[[], datetime]
    policy: Policy

    def lacks_token(self, headers: Headers) -> bool:
        """Whether a request with these headers has no token and needs one."""
        return "authorization" not in headers and (self.access.anonymous_viewer is None or is_foreign(headers))

    async def create(
        self,
        state: Any,
        authorization: str | None,
        *,
        foreign: bool,
        trace: str | None,
        request_timeout: object,
        address: str,
    ) -> Peer:
        """The peer for this Authorization header; its viewer is `UNAUTHENTICATED` if a token is missing.

        `state` is the AppState; `foreign`: a page of another origin sends the request; `trace` is the value of
        TRACE_HEADER, `stores`, `cost` or both, `request_timeout` that of TIMEOUT_HEADER; `address` is the client's.
        Raises `Unauthenticated` and `RequestRefused`, for example if too many tokens of this address were refused."""
        rate_limit: RateLimit | None = state["rate_limit"]
        try:
            viewer = await self.access.viewer(authorization, foreign=foreign, revoked=state["revocations"].revoked)
        except Unauthenticated:
            if rate_limit is not None:
                await rate_limit.admit(account_of_address(address), units=FAILED_AUTHENTICATION)
            raise
        charged = {} if rate_limit is None else rate_limit.of(account_of(viewer, address))
        asked = {each.strip() for each in (trace or "").split(",")}
        traced = asked if self.access.may_trace(viewer) else set()
        return Peer(
            stores=state["stores"],
            viewer=viewer,
            health=state["health"],
            topics=state["topics"],
            deadlines=self.deadlines,
            limits=self.limits,
            now=self.now,
            policy=self.policy,
            trace="stores" in traced,
            trace_cost="cost" in traced,
            timeout=operation_timeout(request_timeout, longest=self.operation_timeout),
            keep_running=partial(state["background_writes"].keep, viewer.subject),
            **charged,
        )
