"""Pinger: the health check that every port has."""

from typing import Protocol


class Pinger(Protocol):
    """What every port can do."""

    async def ping(self) -> None:
        """Return when the backend answers; raise `Unavailable` or `TimedOut` when it does not."""
