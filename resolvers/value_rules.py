"""Rules for single values. Each rule returns what is wrong with a value, as a message, or None.

A request carries hundreds of events, so a valid value allocates nothing. `resolvers.writes.validation` turns messages
into faults with a path.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from stores.domain.calendar import zone_named
from stores.domain.documents import fault_of, holds_nul
from stores.domain.keys import MAX_KEY_BYTES, key_size
from stores.domain.paging import CLEAN_TEXT
from stores.domain.profiles import is_language_tag

MAX_TEXT_LENGTH = 1_000
"""Characters of a title, a name, or a key that refers to something."""
MAX_PROSE_LENGTH = 20_000
"""Characters of a description."""
MAX_DOCUMENT_BYTES = 64 * 1024
"""Bytes of an open JSON document."""
MAX_WEIGHT = 1_000_000
"""Keeps sums of weights finite."""
MAX_DURATION = timedelta(days=366)
MAX_DURATION_SECONDS = MAX_DURATION.total_seconds()
MAX_DURATION_MS = MAX_DURATION // timedelta(milliseconds=1)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(minutes=5)
"""How far a client's clock may be ahead of the gateway's."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")  # keeps names and phone numbers out; only a mail can show that it exists
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
COURSE_RUN = re.compile(r"course-v1:[\w\-~.:]+\+[\w\-~.:]+\+[\w\-~.:]+")  # the characters that Open edX allows
IRI = re.compile(  # the shape of an absolute IRI: a scheme, and no character that RFC 3987 reserves or leaves out
    r"[A-Za-z][A-Za-z0-9+.-]*:(?!//$)(?:[^\s\x00-\x20\x7f-\x9f<>\"{}|\\^`%]|%[0-9A-Fa-f]{2})+"
)


def problem_with_text(value: str, longest: int) -> str | None:
    """Text of at most `longest` characters that every store can keep; it may be empty."""
    if len(value) > longest:
        return f"is longer than {longest:,} characters"
    return None if CLEAN_TEXT.fullmatch(value) else "must be Unicode text without NUL"


def problem_with_name(value: str, longest: int) -> str | None:
    """Text that must not be empty or blank."""
    return problem_with_text(value, longest) if value and not value.isspace() else "must not be empty"


def problem_with_new_key(value: str) -> str | None:
    """A key that is made by this write, and so enters the indexes of the stores (`stores.domain.keys`)."""
    if key_size(value) > MAX_KEY_BYTES:
        return f"is longer than {MAX_KEY_BYTES} bytes in UTF-8"
    return problem_with_name(value, MAX_KEY_BYTES)


def problem_with_course_key(value: str) -> str | None:
    """A new course key: `course-v1:Org+Course+Run` (Open edX), or an absolute IRI (RFC 3987)."""
    if problem := problem_with_new_key(value):
        return problem
    pattern = COURSE_RUN if value.startswith("course-v1:") else IRI
    return None if pattern.fullmatch(value) else "must be course-v1:Org+Course+Run or an absolute IRI"


def problem_with_share(value: float | None) -> str | None:
    """A score, a progress or a threshold."""
    return None if value is None or 0 <= value <= 1 else "must be between 0 and 1"


def problem_with_amount(value: float | None) -> str | None:
    """A finite number that is not negative."""
    return None if value is None or 0 <= value < math.inf else "must be a number from 0 on"


def problem_with_weight(value: float) -> str | None:
    """The weight of an item."""
    return problem_with_amount(value) or (f"is more than {MAX_WEIGHT:,}" if value > MAX_WEIGHT else None)


def problem_with_duration(seconds: float | None) -> str | None:
    """A duration in seconds."""
    if seconds is None or 0 <= seconds <= MAX_DURATION_SECONDS:
        return None
    return problem_with_amount(seconds) or f"is more than {MAX_DURATION.days} days"


def problem_with_time(value: datetime, now: datetime) -> str | None:
    """When something happened: since 2000, and at most `MAX_AHEAD` after `now`."""
    if value < EARLIEST:
        return f"is before the year {EARLIEST.year}"
    if value > now + MAX_AHEAD:
        return f"is more than {MAX_AHEAD // timedelta(minutes=1)} minutes ahead of the gateway's clock"
    return None


def problem_with_document(value: Any) -> str | None:
    """An open JSON document."""
    if not isinstance(value, Mapping):
        return "must be a JSON object"
    if fault := fault_of(value):
        return f"holds {fault}"
    if len(orjson.dumps(value)) > MAX_DOCUMENT_BYTES:
        return f"is more than {MAX_DOCUMENT_BYTES // 1024} kB of JSON"
    return "must be text without NUL" if holds_nul(value) else None


def problem_with_locale(value: str) -> str | None:
    """A language tag (BCP 47)."""
    return None if is_language_tag(value) else "is not a language tag (BCP 47)"


def problem_with_time_zone(value: str) -> str | None:
    """The name of a zone of the IANA database."""
    try:
        zone_named(value)
    except ValueError:
        return "is not an IANA time zone"
    return None


def problem_with_email(value: str) -> str | None:
    """An e-mail address."""
    if value and not EMAIL.fullmatch(value):
        return "is not an e-mail address"
    return problem_with_name(value, MAX_TEXT_LENGTH)


def problem_with_url(value: str) -> str | None:
    """A URL for browsers: https, or http on a loopback host. The empty string stands for none."""
    if not value:
        return None
    if problem := problem_with_text(value, MAX_TEXT_LENGTH):
        return problem
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an absolute URL"
    if not host or not IRI.fullmatch(value) or parts.username is not None:
        return "is not an absolute URL"
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK_HOSTS)
    return None if secure else "must be an https URL (http on a loopback host only)"
