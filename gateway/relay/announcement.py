"""Wake and signal relays after each commit of this process."""

from collections.abc import Callable
from contextlib import suppress

from stores.cancellation import cancel_requested
from stores.domain.updates import OUTBOX_CHANNEL
from stores.errors import StoreError
from stores.ports.stores import Stores


async def announce_commits(
    stores: Stores, *, wake: Callable[[], None] = lambda: None, is_only_relay: Callable[[], bool] = lambda: False
) -> None:
    """After each commit of this process, `wake` its own relay and signal the others, unless there are none. Runs until
    cancelled."""
    while not cancel_requested():
        await stores.outbox.written()
        wake()
        if not is_only_relay():
            with suppress(StoreError):  # the others poll the outbox, too
                await stores.live.signal([OUTBOX_CHANNEL])
