"""Stores that pass on which trace their calls belong to."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Traceable(Protocol):
    """A store whose calls may belong to a sampled trace. Stores without a way to pass that on are not Traceable."""

    def in_trace(self, traceparent: str) -> "Traceable":
        """The same store, for the calls of the operation with this traceparent (W3C Trace Context). Commits carry it to
        the outbox, and statements of SQL have it as a comment."""
