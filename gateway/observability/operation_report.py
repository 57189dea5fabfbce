"""The report of an operation: what the graph knows of its end, and what the gateway knows of its request."""

from dataclasses import dataclass
from typing import Protocol

from gateway.observability.access_entry import AccessEntry
from resolvers.error_codes import ErrorCode
from resolvers.operation_end import OperationEnd
from resolvers.viewer import Viewer

OTHER = "other"
"""The name of each operation whose document is not a trusted one: clients choose those names freely."""
NO_ROLE = "NONE"
"""In place of the role of a viewer without a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationReport:
    """`name`: that of a trusted document, else `OTHER`. `viewer`: its subject is personal data. `entry`: that of its
    request or socket in the access log."""

    name: str
    viewer: Viewer
    end: OperationEnd
    entry: AccessEntry | None = None

    @property
    def outcome(self) -> str:
        """`ok`; `partial`: data with errors; `timeout`; `error`: no data; `cancelled`."""
        if self.end.is_cancelled:
            return "cancelled"
        if not self.end.codes:
            return "ok"
        if self.end.has_data:
            return "partial"
        return "timeout" if ErrorCode.OPERATION_TIMEOUT in self.end.codes else "error"


class OperationObserver(Protocol):
    """Where operations are reported: a log, metrics."""

    def operation(self, report: OperationReport) -> None:
        """An operation ended. It must not raise, and must be quick: the client waits."""

    def refusal(self, viewer: Viewer, code: str, entry: AccessEntry | None) -> None:
        """An operation was refused with this code before it began."""


def role_of(viewer: Viewer) -> str:
    """The role of a viewer, NO_ROLE without a token."""
    return viewer.role.value if viewer.authenticated else NO_ROLE
