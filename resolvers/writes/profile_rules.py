"""The rules of a profile's parts, for new profiles and for changes."""

from enum import Enum
from typing import Any, Final

from resolvers.writes.validation import Validation


class Unchanged(Enum):
    """The type of `UNCHANGED`."""

    UNCHANGED = "UNCHANGED"


DOCUMENTS = ("preferences", "attributes")
UNCHANGED: Final = Unchanged.UNCHANGED
"""A part of a profile that an update leaves as it is. None would remove it."""


def validate_profile(command: Any, validation: Validation) -> None:
    """Add the faults of a command that has the parts of a profile. Absent and unchanged parts have none."""

    def given(part: str) -> Any:
        value = getattr(command, part)
        return None if value is UNCHANGED else value

    validation.name("display_name", given("display_name"))
    validation.email("email", given("email"))
    validation.locale("locale", given("locale"))
    validation.time_zone("time_zone", given("time_zone"))
    validation.url("avatar_url", given("avatar_url"))
    validation.words("goals", given("goals"))
    validation.words("skills", given("skills"))
    validation.document("preferences", given("preferences"))
    validation.document("attributes", given("attributes"))
