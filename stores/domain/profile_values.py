"""Whether a value of another application fits a field of a profile."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stores.domain.calendar import zone_named
from stores.domain.documents import fault_of
from stores.domain.profiles import is_language_tag


class Misfit(ValueError):
    """A value that does not fit. The text says why, and does not quote the value."""


def fitted(field: str, value: Any) -> Any:
    """The value as the field of `Profile` has it. Raises `Misfit`."""
    return FIELDS[field](value)


LARGEST_VERSION = 2**31 - 1
"""That of a GraphQL Int. Timestamps in milliseconds are larger."""


def _is_text(value: Any) -> bool:
    """Whether a value is plain text. JavaScript code in BSON is a subclass of `str` that cannot be hashed."""
    return type(value) is str


def _text(value: Any) -> str:
    if not _is_text(value):
        raise Misfit("is not text")
    if not value.strip():
        raise Misfit("is blank")
    return str(value)


def _locale(value: Any) -> str:
    tag = _text(value).replace("_", "-")  # de_DE, as POSIX and Java write it
    if not is_language_tag(tag):
        raise Misfit("is not a language tag (BCP 47)")
    return tag


def _time_zone(value: Any) -> str:
    name = _text(value)
    try:
        zone_named(name)
    except ValueError:
        raise Misfit("is not an IANA time zone") from None
    return name


def _picture_url(value: Any) -> str:
    url = _text(value)
    if not url.startswith("https://"):
        raise Misfit("is not an https URL")
    return url


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(map(_is_text, value)):
        raise Misfit("is not a list of texts")
    return tuple(value)


def _open_document(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Misfit("is not an object")
    if fault := fault_of(value):
        raise Misfit(f"holds {fault}")
    return value


def _version(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_VERSION:
        raise Misfit(f"is not an integer from 1 to {LARGEST_VERSION:,}")
    return int(value)


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Misfit("is not a time") from None
    if not isinstance(value, datetime):
        raise Misfit("is not a time")
    try:
        moment = (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise Misfit("is not a time") from None
    return moment - timedelta(microseconds=moment.microsecond % 1000)


FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "display_name": _text,
    "email": _text,
    "locale": _locale,
    "time_zone": _time_zone,
    "avatar_url": _picture_url,
    "goals": _texts,
    "skills": _texts,
    "preferences": _open_document,
    "attributes": _open_document,
    "version": _version,
    "created_at": _moment,
    "updated_at": _moment,
}
"""The fields of a profile that a mapping can fill."""
