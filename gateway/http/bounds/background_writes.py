"""Mutations that run on although their client has its answer, or has disconnected."""

import asyncio
import logging
from typing import Any

from gateway.http.bounds.operation_slots import OperationSlots, Slot
from resolvers.errors import masked
from stores.cancellation import cancel_and_wait

log = logging.getLogger("quadrangle.background_writes")


class BackgroundWrites:
    """The mutations that run on. Each has a slot, as when its client waits. Stopping the server waits for them."""

    def __init__(self, slots: OperationSlots) -> None:
        self._slots = slots
        self._running: set[asyncio.Future[Any]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def keep(self, subject: str, writing: "asyncio.Future[Any]") -> None:
        """Hold a mutation of a subject until it ends."""
        slot = Slot(self._slots, subject)
        self._running.add(writing)
        self._idle.clear()

        def ended(writing: "asyncio.Future[Any]") -> None:
            slot.free()
            self._running.discard(writing)
            if not self._running:
                self._idle.set()
            if writing.cancelled():
                return
            if (error := writing.exception()) is not None:
                log.error("unexpected error in a mutation without a client", exc_info=error)
                return
            for error in writing.result().errors or ():
                masked(error)  # it logs unexpected errors

        writing.add_done_callback(ended)

    async def finished(self) -> None:
        """Wait until all have ended."""
        await self._idle.wait()

    async def aclose(self) -> None:
        """Cancel those that still run: the stores close next."""
        if self._running:
            log.warning("mutations were cut off by the shutdown", extra={"mutations": len(self._running)})
        await cancel_and_wait(self._running)
