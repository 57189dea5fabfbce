"""Creates the Peer of an HTTP request or a WebSocket connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast, get_args

from gateway.config.groups.executor import ExecutorSettings
from gateway.http.auth.access import Access
from gateway.http.auth.refusals import Unauthenticated
from gateway.http.bounds.request_timeout import TIMEOUT_HEADER, operation_timeout
from gateway.http.origins import is_foreign
from gateway.http.rates.accounts import account_of, account_of_address
from gateway.http.rates.rate_limit import FAILED_AUTHENTICATION, RateLimit
from gateway.http.trace_parent import trace_parent_of
from resolvers.context import ExecutorName, Peer
from resolvers.limits import Limits
from resolvers.policy.policy import Policy
from resolvers.viewer import Viewer

TRACE_HEADER = "x-gateway-trace"
"""Lists what the answer shows in `extensions`: `stores`, `cost`, `plan`."""
EXECUTOR_HEADER = "x-gateway-executor"
"""Chooses the executor, `compiled` or `reference`."""
EXECUTORS = get_args(ExecutorName)
NOTHING = frozenset[str]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """What all peers of the process share: how to authenticate them, deadlines of stores and operations, their limits,
    the clock, the policy, the executor."""

    access: Access
    deadlines: Mapping[str, timedelta]
    limits: Limits
    operation_timeout: timedelta
    now: Callable[[], datetime]
    policy: Policy
    executor: ExecutorSettings

    def lacks_token(self, headers: Mapping[str, str]) -> bool:
        """Whether a request with these headers has no token and needs one."""
        return "authorization" not in headers and (self.access.anonymous_viewer is None or is_foreign(headers))

    async def create(
        self,
        state: Any,
        authorization: str | None,
        *,
        foreign: bool,
        asked: Callable[[str], object],
        address: str,
    ) -> Peer:
        """The peer for this Authorization header; its viewer is `UNAUTHENTICATED` if a token is missing.

        `state` is the AppState; `foreign`: a page of another origin sends the request; `asked` returns the
        value of a header, or None: TRACE_HEADER and EXECUTOR_HEADER, which count for viewers who may trace,
        TIMEOUT_HEADER, and those of the client's trace; `address` is the client's. Raises `Unauthenticated` and
        `RequestRefused`, for example if too many tokens of this address were refused."""
        rate_limit: RateLimit | None = state["rate_limit"]
        try:
            viewer = await self.access.viewer(authorization, foreign=foreign, revoked=state["revocations"].revoked)
        except Unauthenticated:
            if rate_limit is not None:
                await rate_limit.admit(account_of_address(address), units=FAILED_AUTHENTICATION)
            raise
        charged = {} if rate_limit is None else rate_limit.of(account_of(viewer, address))
        traced, executor = self._diagnostics(asked, viewer)
        return Peer(
            stores=state["stores"],
            shared=state["shared"],
            last_good=state["last_good"],
            viewer=viewer,
            health=state["health"],
            guards=state["guards"],
            topics=state["topics"],
            deadlines=self.deadlines,
            limits=self.limits,
            now=self.now,
            policy=self.policy,
            trace="stores" in traced,
            trace_cost="cost" in traced,
            trace_plan="plan" in traced,
            executor=executor or self.executor.name,
            compile_after=self.executor.compile_after,
            timeout=operation_timeout(asked(TIMEOUT_HEADER), longest=self.operation_timeout),
            keep_running=partial(state["background_writes"].keep, viewer.subject),
            trace_parent=trace_parent_of(asked),
            **charged,
        )

    def _diagnostics(
        self, asked: Callable[[str], object], viewer: Viewer
    ) -> tuple[frozenset[str], ExecutorName | None]:
        """What to trace, and the executor, if the request chooses one and its viewer may trace. Unknown values are
        ignored."""
        trace, executor = asked(TRACE_HEADER), asked(EXECUTOR_HEADER)
        if (trace is None and executor is None) or not self.access.may_trace(viewer):
            return NOTHING, None
        traced = frozenset(each.strip() for each in trace.split(",")) if isinstance(trace, str) else NOTHING
        return traced, cast(ExecutorName, executor) if executor in EXECUTORS else None
