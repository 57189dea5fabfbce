"""What clients may say, and the faults in it: typed errors with a path into the input, never an exception."""

import re
from datetime import datetime
from typing import Any

import strawberry

from resolvers.value_rules import (
    LONGEST_TEXT,
    fault_of_amount,
    fault_of_document,
    fault_of_duration,
    fault_of_moment,
    fault_of_name,
    fault_of_share,
    fault_of_text,
    fault_of_weight,
)
from stores.domain.calendar import zone_named

MOST_WORDS = 100
LONGEST_LOCALE = 100
LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # the shape of BCP 47 (RFC 5646), not its registry


@strawberry.type(description="What is wrong with an input.")
class UserError:
    code: str = strawberry.field(
        description="BAD_USER_INPUT: the input is wrong by itself. FORBIDDEN: not found, or not yours. CONFLICT: the "
        "id is taken by something else, or another was first. UNKNOWN_LEARNER, UNKNOWN_COURSE, UNKNOWN_REGISTRATION, "
        "UNKNOWN_ITEM, NOT_FOUND: there is no such thing. INVALID_VOID: what it voids is of another enrolment. "
        "STORE_UNAVAILABLE, STORE_TIMEOUT: nothing is known to be written; say it again with the same ids."
    )
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

    def note(self, fault: str | None, name: str) -> None:
        """What a rule found, if it found something."""
        if fault is not None:
            self.add(fault, name)

    def text(self, name: str, value: str | None, *, longest: int = LONGEST_TEXT, empty: bool = False) -> None:
        if value is not None:
            self.note(fault_of_text(value, longest) if empty else fault_of_name(value, longest), name)

    def words(self, name: str, values: list[str] | None) -> None:
        if values is not None and len(values) > MOST_WORDS:
            self.add(f"has more than {MOST_WORDS} entries", name)
            return
        for place, value in enumerate(values or ()):
            self.at(name).text(str(place), value)

    def share(self, name: str, value: float | None) -> None:
        """Scores, progress and thresholds."""
        self.note(fault_of_share(value), name)

    def amount(self, name: str, value: float | None) -> None:
        self.note(fault_of_amount(value), name)

    def weight(self, name: str, value: float) -> None:
        self.note(fault_of_weight(value), name)

    def duration(self, name: str, seconds: float | None) -> None:
        self.note(fault_of_duration(seconds), name)

    def document(self, name: str, value: Any) -> None:
        self.note(None if value is None else fault_of_document(value), name)

    def moment(self, name: str, value: datetime | None, *, now: datetime) -> None:
        self.note(None if value is None else fault_of_moment(value, now), name)

    def locale(self, name: str, value: str | None) -> None:
        if value is not None and (len(value) > LONGEST_LOCALE or LOCALE.fullmatch(value) is None):
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
