"""Collects the faults of a command, so that one answer lists all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from resolvers.value_rules import (
    MAX_TEXT_LENGTH,
    problem_with_amount,
    problem_with_document,
    problem_with_duration,
    problem_with_email,
    problem_with_locale,
    problem_with_name,
    problem_with_new_key,
    problem_with_share,
    problem_with_text,
    problem_with_time,
    problem_with_time_zone,
    problem_with_url,
    problem_with_weight,
)
from resolvers.writes.faults import Fault, Refusal

MAX_WORDS = 100


class Validation:
    """The faults found so far. Each method applies one rule to a value; None is absent and has no fault."""

    def __init__(self, *path: str | int) -> None:
        self._path = path
        self.faults: list[Fault] = []

    def at(self, *path: str | int) -> "Validation":
        """The same collection for a part further inside the command."""
        inner = Validation(*self._path, *path)
        inner.faults = self.faults
        return inner

    @property
    def refusal(self) -> Refusal | None:
        """The refusal of a command with faults; None when all is well."""
        return Refusal(tuple(self.faults)) if self.faults else None

    def add(self, message: str, *path: str | int) -> None:
        """Add a fault: BAD_USER_INPUT at `path`, below the path of this validation."""
        self.faults.append(Fault("BAD_USER_INPUT", message, (*self._path, *path)))

    def note(self, problem: str | None, *path: str | int) -> None:
        """Add what a rule of `value_rules` found, if it found something."""
        if problem is not None:
            self.add(problem, *path)

    def name(self, part: str, value: str | None, *, longest: int = MAX_TEXT_LENGTH) -> None:
        """Text that is not blank, of at most `longest` characters."""
        self.note(None if value is None else problem_with_name(value, longest), part)

    def text(self, part: str, value: str | None, *, longest: int = MAX_TEXT_LENGTH) -> None:
        """Text of at most `longest` characters; it may be empty."""
        self.note(None if value is None else problem_with_text(value, longest), part)

    def new_key(self, part: str, value: str | None) -> None:
        """A key that this write makes (`MAX_KEY_BYTES`)."""
        self.note(None if value is None else problem_with_new_key(value), part)

    def words(self, part: str, values: Sequence[str] | None) -> None:
        """A list of at most 100 texts that are not blank."""
        if values is not None and len(values) > MAX_WORDS:
            self.add(f"has more than {MAX_WORDS} entries", part)
            return
        for place, value in enumerate(values or ()):
            self.note(problem_with_name(value, MAX_TEXT_LENGTH), part, place)

    def share(self, part: str, value: float | None) -> None:
        """A score, a progress or a threshold: 0…1."""
        self.note(problem_with_share(value), part)

    def amount(self, part: str, value: float | None) -> None:
        """A finite number from 0 on."""
        self.note(problem_with_amount(value), part)

    def weight(self, part: str, value: float) -> None:
        """The weight of an item, 1,000,000 at most."""
        self.note(problem_with_weight(value), part)

    def duration(self, part: str, seconds: float | None) -> None:
        """A duration in seconds, 366 days at most."""
        self.note(problem_with_duration(seconds), part)

    def document(self, part: str, value: Any) -> None:
        """An open JSON document, 64 kB at most."""
        self.note(None if value is None else problem_with_document(value), part)

    def time(self, part: str, value: datetime | None, *, now: datetime) -> None:
        """When something happened: since 2000, and at most 5 minutes after `now`."""
        self.note(None if value is None else problem_with_time(value, now), part)

    def locale(self, part: str, value: str | None) -> None:
        """A language tag (BCP 47)."""
        self.note(None if value is None else problem_with_locale(value), part)

    def time_zone(self, part: str, value: str | None) -> None:
        """The name of a zone of the IANA database."""
        self.note(None if value is None else problem_with_time_zone(value), part)

    def email(self, part: str, value: str | None) -> None:
        """An e-mail address."""
        self.note(None if value is None else problem_with_email(value), part)

    def url(self, part: str, value: str | None) -> None:
        """An https URL for browsers (http on loopback only). The empty string stands for none."""
        self.note(None if value is None else problem_with_url(value), part)
