"""A group of settings, and the kinds of values that several groups use."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

SHORTEST, LONGEST = timedelta(milliseconds=1), timedelta(hours=1)


class SettingsGroup(BaseModel):
    """Related settings. The validation alias of a field is its environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True)


def listed(given: object) -> object:
    """The entries of a comma-separated list, without those that are empty; a value that is no text as it is."""
    return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given


def pairs_as(example: str) -> BeforeValidator:
    """Reads the pairs of a list such as `example`, in its order."""

    def parse(given: object) -> object:
        if not isinstance(entries := listed(given), tuple):
            return given
        pairs = [each.rpartition("=") for each in entries]
        parsed = {name.strip(): value.strip() for name, _, value in pairs}
        if not all(parsed):
            raise ValueError(f"not a list such as {example}")
        if len(parsed) < len(pairs):
            raise ValueError("a name is given twice")
        return parsed

    return BeforeValidator(parse)


def _parse_seconds(seconds: object) -> object:
    if not isinstance(seconds, str):
        return seconds
    try:
        found = timedelta(seconds=float(seconds))
    except (ValueError, OverflowError):
        raise ValueError("not a number of seconds") from None
    if not SHORTEST <= found <= LONGEST:
        raise ValueError("not between 0.001 and 3600 seconds")
    return found


Seconds = Annotated[timedelta, BeforeValidator(_parse_seconds)]
"""A duration, written as a number of seconds."""
Listed = BeforeValidator(listed)
"""Reads a comma-separated list."""
