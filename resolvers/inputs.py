"""What clients may say, and the faults in it: typed errors with a path into the input, never an exception."""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import strawberry

from stores.ports.calendar import zone_named
from stores.ports.documents import fault_of, holds_nul
from stores.ports.paging import CLEAN_TEXT

LONGEST_KEY, LONGEST_TEXT, LONGEST_PROSE = 512, 1_000, 20_000
LONGEST_DOCUMENT = 64 * 1024
MOST_WORDS = 100
EARLIEST_YEAR = 2000
AHEAD = timedelta(minutes=5)
LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # the shape of BCP 47 (RFC 5646), not its registry


@strawberry.type(description="What is wrong with an input.")
class UserError:
    code: str = strawberry.field(description="BAD_USER_INPUT, CONFLICT, FORBIDDEN, or a store's code.")
    message: str = strawberry.field(description="For a person.")
    path: list[str] = strawberry.field(description="Where in the input it is.")


def wrong(message: str, *path: str | int) -> UserError:
    return UserError(code="BAD_USER_INPUT", message=message, path=[str(part) for part in path])


class Faults:
    """Collects what is wrong, so that one answer tells all of it."""

    def __init__(self, *path: str | int) -> None:
        self._path = path
        self.found: list[UserError] = []

    def at(self, *path: str | int) -> "Faults":
        """The same collection, one step further into the input."""
        inner = Faults(*self._path, *path)
        inner.found = self.found
        return inner

    def add(self, message: str, *path: str | int) -> None:
        self.found.append(wrong(message, *self._path, *path))

    def text(self, name: str, value: str | None, *, longest: int = LONGEST_TEXT, empty: bool = False) -> None:
        if value is None:
            return
        if not value.strip() and not empty:
            self.add("must not be empty", name)
        elif len(value) > longest:
            self.add(f"is longer than {longest:,} characters", name)
        elif not CLEAN_TEXT.fullmatch(value):
            self.add("must be Unicode text without NUL", name)

    def words(self, name: str, values: list[str] | None) -> None:
        if values is not None and len(values) > MOST_WORDS:
            self.add(f"has more than {MOST_WORDS} entries", name)
            return
        for place, value in enumerate(values or ()):
            self.at(name).text(str(place), value)

    def share(self, name: str, value: float | None) -> None:
        """Scores, progress and thresholds."""
        if value is not None and not 0 <= value <= 1:
            self.add("must be between 0 and 1", name)

    def amount(self, name: str, value: float | None) -> None:
        if value is not None and not (math.isfinite(value) and value >= 0):
            self.add("must be a number from 0 on", name)

    def document(self, name: str, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, Mapping):
            self.add("must be a JSON object", name)
        elif fault := fault_of(value):
            self.add(f"holds {fault}", name)
        elif len(orjson.dumps(value)) > LONGEST_DOCUMENT:
            self.add(f"is more than {LONGEST_DOCUMENT // 1024} kB of JSON", name)
        elif holds_nul(value):
            self.add("must be text without NUL", name)

    def moment(self, name: str, value: datetime | None, *, now: datetime) -> None:
        if value is None:
            return
        if value.year < EARLIEST_YEAR:
            self.add(f"is before the year {EARLIEST_YEAR}", name)
        elif value > now + AHEAD:
            self.add(f"is more than {AHEAD // timedelta(minutes=1)} minutes ahead of the gateway's clock", name)

    def locale(self, name: str, value: str | None) -> None:
        if value is not None and LOCALE.fullmatch(value) is None:
            self.add("is not a language tag (BCP 47)", name)

    def time_zone(self, name: str, value: str | None) -> None:
        if value is not None:
            try:
                zone_named(value)
            except ValueError:
                self.add("is not an IANA time zone", name)

    def email(self, name: str, value: str | None) -> None:
        # Whether it is somebody's is for a mail to find out; this keeps names and phone numbers out.
        if value and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
            self.add("is not an e-mail address", name)
        self.text(name, value)
