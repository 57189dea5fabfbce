"""Weekly partitions of the timeline, made when the first event of their week comes. PostgreSQL's alone."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from stores.errors import Conflict, Rejected
from stores.sql.core.errors import MADE_MEANWHILE, translated
from stores.sql.core.pool import Pool, lent

WEEK = timedelta(days=7)


def week_of(moment: datetime) -> datetime:
    """The Monday, 00:00 UTC, of a moment's week."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def partition_of(monday: datetime) -> str:
    """The statement that makes a week's partition. Dates of ours, no text from outside."""
    until = monday + WEEK
    return (
        f"CREATE TABLE IF NOT EXISTS timeline_events_{monday:%Y%m%d} PARTITION OF timeline_events"
        f" FOR VALUES FROM ('{monday:%Y-%m-%d} 00:00Z') TO ('{until:%Y-%m-%d} 00:00Z')"
    )


class WeekDropped(Conflict):
    """An event's week has no partition: somebody dropped it after it was provided."""

    def __init__(self) -> None:
        super().__init__("timeline", "the week was dropped meanwhile")


class Partitions:
    """Which weeks have one, as far as this process knows."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: set[datetime] = set()

    async def provide(self, moments: Iterable[datetime]) -> None:
        """Outside of transactions: two makers of one week meet, and both find it made."""
        weeks = sorted({week_of(moment) for moment in moments} - self._known)
        try:
            statements = [partition_of(monday) for monday in weeks]
        except OverflowError:
            raise Rejected("timeline", "a time whose week ends after the last year") from None
        for monday, statement in zip(weeks, statements, strict=True):
            with translated("timeline"):
                async with lent(self._pool) as connection:
                    with suppress(*MADE_MEANWHILE):
                        await connection.execute(statement)
            self._known.add(monday)

    def forget(self) -> None:
        """Somebody dropped weeks: what was known may be so no more."""
        self._known.clear()
