"""The records that the pages are built from, with the few fields that they show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from stores.domain.paging import from_ms


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment."""

    registration: UUID
    learner_id: str
    course_key: str
    course_version: int
    state: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an enrolment."""

    completion: float
    items_done: int
    items_total: int
    score: float | None
    last_activity_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a list that shows its time, its verb and its item."""

    at: datetime
    verb: str
    item_key: str | None


def enrolled(row: Any) -> Enrolled:
    """The enrolment of a row of SQL."""
    return Enrolled(*row)


def progress(row: Any) -> Progress:
    """The progress of a row of SQL, which begins with its registration."""
    return Progress(*row[1:])


def event(row: Any) -> Event:
    """The event of a row of InfluxDB: time, `voided`, verb and item."""
    return Event(from_ms(row[0] // 1_000_000), row[2], row[3])


def shown(moment: datetime | None) -> str | None:
    """A time as the schema's `DateTime`. Every time that the drivers return is in UTC."""
    return None if moment is None else f"{moment.isoformat(timespec='milliseconds')[:-6]}Z"
