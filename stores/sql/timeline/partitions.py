"""Weekly partitions of the timeline, created with the first event of a week. For PostgreSQL only."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from stores.errors import Conflict, Rejected
from stores.sql.core.errors import ALREADY_EXISTS_ERRORS, translate_errors
from stores.sql.core.pool import Pool, borrow_connection

WEEK = timedelta(days=7)


def week_of(moment: datetime) -> datetime:
    """The Monday, 00:00 UTC, of a moment's week."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def partition_of(monday: datetime) -> str:
    """The statement that creates the partition of a week. It is composed of dates only, never of text from clients."""
    until = monday + WEEK
    return (
        f"CREATE TABLE IF NOT EXISTS timeline_events_{monday:%Y%m%d} PARTITION OF timeline_events"
        f" FOR VALUES FROM ('{monday:%Y-%m-%d} 00:00Z') TO ('{until:%Y-%m-%d} 00:00Z')"
    )


class WeekDropped(Conflict):
    """The partition of an event's week was dropped after it was created."""

    def __init__(self) -> None:
        super().__init__("timeline", "the partition of the week was dropped at the same time")


class Partitions:
    """The partitions that this process knows to exist."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: set[datetime] = set()

    async def provide(self, moments: Iterable[datetime]) -> None:
        """Create the partitions for these moments if needed. Not within a transaction, so that two processes may do
        it."""
        weeks = sorted({week_of(moment) for moment in moments} - self._known)
        try:
            statements = [partition_of(monday) for monday in weeks]
        except OverflowError:
            raise Rejected("timeline", "a time whose week ends after the last year") from None
        for monday, statement in zip(weeks, statements, strict=True):
            with translate_errors("timeline"):
                async with borrow_connection(self._pool) as connection:
                    with suppress(*ALREADY_EXISTS_ERRORS):
                        await connection.execute(statement)
            self._known.add(monday)

    def forget(self) -> None:
        """Forget which partitions exist, after one was found missing."""
        self._known.clear()
