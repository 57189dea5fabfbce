"""Why spans are not sent: a line of our own in place of the exporter's, which would be logged without its values."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import monotonic

log = logging.getLogger("quadrangle.traces")
SECONDS = 60.0
STATUSES: Mapping[object, str] = {
    name: f"HTTP {status.value}" for status in HTTPStatus for name in (status.value, status.phrase)
}
"""The exporter logs the code of a response, or only its phrase."""
NO_ANSWER = "no answer in time"


class ExportFaults(logging.Filter):
    """For the exporter's logger. Drops its records, and logs the reason of each fault once a minute."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._logged_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log the record itself: if it says nothing of a fault."""
        if not isinstance(record.args, tuple) or not record.args:
            return True
        now, reason = self._clock(), reason_of(record.args)
        if now - self._logged_at.get(reason, float("-inf")) >= SECONDS:
            self._logged_at[reason] = now
            log.warning(
                "spans are not sent: look at the collector, and at GATEWAY_TRACES_ENDPOINT", extra={"reason": reason}
            )
        return False


def reason_of(values: tuple[object, ...]) -> str:
    """The status of the response, or the class of the error. Texts may quote headers or spans."""
    for value in values:
        if isinstance(value, BaseException):
            return type(value).__name__
        if isinstance(value, int | str) and value in STATUSES:
            return STATUSES[value]
    return NO_ANSWER
