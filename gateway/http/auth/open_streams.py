"""Sockets and event streams that are open: each ends when its token expires or is revoked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from resolvers.viewer import Viewer

AT_ONCE = 20
"""Streams that end in one turn of the event loop; each starts the clean-up of its operations."""


class OpenStream(Protocol):
    """A socket or an event stream."""

    @property
    def viewer(self) -> Viewer | None:
        """Whose it is; None while it is not known."""

    def end(self) -> None:
        """Close it soon. It may be called again until it is closed."""


@dataclass(slots=True, eq=False)
class EventStreamEnd:
    """The end of an event stream: `ended` is set when its token is no longer valid."""

    viewer: Viewer | None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        self.ended.set()


class OpenStreams:
    """The open streams of the process."""

    def __init__(self) -> None:
        self._open: set[OpenStream] = set()

    def count(self) -> tuple[int, int]:
        """How many sockets and how many event streams are open."""
        streams = sum(isinstance(stream, EventStreamEnd) for stream in self._open)
        return len(self._open) - streams, streams

    def add(self, stream: OpenStream) -> None:
        """A stream is open from now on."""
        self._open.add(stream)

    def discard(self, stream: OpenStream) -> None:
        """A stream is closed."""
        self._open.discard(stream)

    async def end_where(self, is_over: Callable[[Viewer], bool]) -> int:
        """End the streams of the viewers of whom this is true; returns their number."""
        over = [stream for stream in self._open if stream.viewer is not None and is_over(stream.viewer)]
        for number, stream in enumerate(over, 1):
            stream.end()
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return len(over)
