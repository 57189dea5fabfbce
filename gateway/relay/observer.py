"""Where a relay reports its deliveries: metrics."""

from typing import Protocol

from stores.domain.outbox import Consumer


class RelayObserver(Protocol):
    """Its methods must not raise, and must be quick."""

    def delivered(self, consumer: Consumer, commits: int, seconds: float) -> None:
        """A delivery of so many commits took so long, until it was settled."""

    def skipped(self, consumer: Consumer) -> None:
        """A commit that the consumer rejected was left out."""

    def leased(self, partitions: int) -> None:
        """The relay has the leases of so many partitions."""


class Unobserved:
    """The observer of a relay that reports to nothing."""

    def delivered(self, consumer: Consumer, commits: int, seconds: float) -> None:
        """As `RelayObserver.delivered`."""

    def skipped(self, consumer: Consumer) -> None:
        """As `RelayObserver.skipped`."""

    def leased(self, partitions: int) -> None:
        """As `RelayObserver.leased`."""
