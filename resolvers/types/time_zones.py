"""Time zones that clients name, and those of profiles."""

from zoneinfo import ZoneInfo

from resolvers.error_codes import ErrorCode
from resolvers.errors import RequestError, bad_input
from stores.domain.calendar import zone_named


def given_zone(name: str) -> ZoneInfo:
    """The zone that a client names. BAD_USER_INPUT if the IANA database does not have it."""
    try:
        return zone_named(name)
    except ValueError as error:
        raise bad_input(str(error)) from None


def profile_zone(name: str) -> ZoneInfo:
    """The zone of a profile. INVALID_TIME_ZONE if it is not accepted any more."""
    try:
        return zone_named(name)
    except ValueError:
        raise RequestError(
            ErrorCode.INVALID_TIME_ZONE,
            "the profile's timeZone is not an IANA time zone: update the learner's timeZone",
        ) from None
