"""Rows of Moodle's table `logstore_standard_log` with typed values. Addresses (`ip`) are never read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.datasets.bad_rows import quoted
from gateway.datasets.csv_stream import Columns

COLUMNS = Columns(
    required=(
        *("id", "eventname", "contextlevel", "contextinstanceid", "userid", "courseid", "relateduserid", "other"),
        "timecreated",
    ),
    others=True,
)
MISSING = frozenset({"", "NULL", "\\N"})
"""How exports write NULL."""
MODULE_CONTEXT = 70
"""The `contextlevel` of a course module; its `contextinstanceid` is then the id of the course module."""
COURSE_CONTEXT = 50
LATEST_SECOND = 253_402_300_799
SERIALIZED = re.compile(r's:\d+:"completionstate";(?:i:(\d+);|s:\d+:"(\d+)";)')


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A row of the log. `module`: the id of the course module that it is about. `by_other`: another user acted as the
    user (Moodle's "log in as"). `completion`: `completionstate` of `other`, if it is there."""

    id: int
    event_name: str
    user: int
    related_user: int | None
    course: int
    module: int | None
    at: datetime
    anonymous: bool
    by_other: bool
    completion: int | None


def parse_row(values: Mapping[str, str]) -> LogRow:
    """The row of these values by column. ValueError names the column."""
    event_name = values["eventname"]
    if not event_name.startswith("\\") or not event_name.isprintable():
        raise ValueError(f"eventname {quoted(event_name)} is not the name of an event, such as \\core\\event\\…")
    seconds = _required(values, "timecreated")
    if seconds > LATEST_SECOND:
        raise ValueError(f"timecreated {seconds} is not a time in seconds since 1970")
    level = _required(values, "contextlevel")
    return LogRow(
        id=_required(values, "id"),
        event_name=event_name,
        user=_integer(values, "userid") or 0,
        related_user=_integer(values, "relateduserid"),
        course=_integer(values, "courseid") or 0,
        module=_required(values, "contextinstanceid") if level == MODULE_CONTEXT else None,
        at=datetime.fromtimestamp(seconds, UTC),
        anonymous=_integer(values, "anonymous") == 1,
        by_other=bool(_integer(values, "realuserid")),
        completion=completion_state(values["other"]),
    )


def completion_state(other: str) -> int | None:
    """`completionstate` of the column `other`, which is JSON, or PHP's serialisation in older logs."""
    if "completionstate" not in other:
        return None
    if found := SERIALIZED.search(other):
        return int(found[1] or found[2])
    try:
        state = json.loads(other)["completionstate"]
        return int(state)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _required(values: Mapping[str, str], column: str) -> int:
    value = _integer(values, column)
    if value is None:
        raise ValueError(f"{column} is empty")
    return value


def _integer(values: Mapping[str, str], column: str) -> int | None:
    """A whole number from 0 up, or None for a missing one. Moodle writes -1 for the user of a background task."""
    text = values.get(column, "")
    if text in MISSING:
        return None
    if not re.fullmatch(r"-1|[0-9]{1,18}", text):
        raise ValueError(f"{column} {quoted(text)} is not a whole number")
    return max(int(text), 0)
