"""The deadline of an operation: queries and the events of subscriptions are cancelled, mutations are not.

A write that is cut off leaves its client, the ledger and the outbox in doubt. It runs on in the background instead, and
the client may repeat it with the same ids.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from graphql import ExecutionResult

from resolvers.context import Context, Peer
from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError
from stores.cancellation import Deadline

ANSWER_SECONDS = 0.05
"""The time between the last store call and the deadline of a query, so that what the other stores answered is served.
A query that has less than ten times as much has no time for that: its calls are cancelled with it."""


async def read_within_deadline(context: Context, work: Awaitable[Any]) -> Any:
    """The result of a query or of one event. Its store calls end before the peer's timeout. If it has not ended by
    then it is cancelled with its store calls, and the result is OPERATION_TIMEOUT. If the task is cancelled or fails,
    the store calls are cancelled, too."""
    seconds = _seconds(context.peer)
    if seconds is not None and seconds >= 10 * ANSWER_SECONDS:
        context.loaders.ends_at = asyncio.get_running_loop().time() + seconds - ANSWER_SECONDS
    deadline = Deadline(seconds)
    try:
        with deadline:
            return await work
    except BaseException as error:
        context.loaders.cancel()
        if isinstance(error, TimeoutError) and deadline.expired:
            return _timed_out("the operation took too long")
        raise
    finally:
        context.loaders.ends_at = None


async def write_within_deadline(peer: Peer, work: Awaitable[Any]) -> Any:
    """The result of a mutation, or OPERATION_TIMEOUT with `outcome: UNKNOWN` after the peer's timeout. The mutation
    runs on in the background then, and also if the task is cancelled."""
    writing = asyncio.ensure_future(work)
    try:
        await asyncio.wait({writing}, timeout=_seconds(peer))
    finally:
        if not writing.done():
            peer.keep_running(writing)
    if writing.done():
        return writing.result()
    return _timed_out("the mutation took too long; it may be applied: repeat it with the same ids", outcome="UNKNOWN")


def _seconds(peer: Peer) -> float | None:
    return None if peer.timeout is None else peer.timeout.total_seconds()


def _timed_out(message: str, **extensions: str) -> ExecutionResult:
    return ExecutionResult(data=None, errors=[RequestError(ErrorCode.OPERATION_TIMEOUT, message, **extensions)])
