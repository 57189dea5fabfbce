"""Logs each operation: what it was, who ran it, what it cost and how it ended; no values, no texts of the request."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from gateway.observability.access_entry import AccessEntry
from gateway.observability.operation_report import OperationReport, role_of
from gateway.observability.pseudonyms import Pseudonyms
from resolvers.data.store_calls import Batch
from resolvers.viewer import Viewer

log = logging.getLogger("quadrangle.operations")
access = logging.getLogger("quadrangle.http")
"""The logger of the lines of requests."""
MOST_BATCHES = 30
"""In the line of a slow operation: those that took the longest."""


class OperationLog:
    """The observer of operations that logs them.

    An operation over HTTP adds its fields to the line of its request; one of a socket has a line of its own, and so has
    an event of a subscription, at level DEBUG. What takes `slow` or longer is logged once more, with its store calls.
    """

    def __init__(self, pseudonyms: Pseudonyms, *, slow: timedelta) -> None:
        self._pseudonyms = pseudonyms
        self._slow_ms = slow / timedelta(milliseconds=1)

    def operation(self, report: OperationReport) -> None:
        """Log the end of an operation."""
        entry, end = report.entry, report.end
        joins = entry is not None and entry.is_open and end.kind != "event"
        level = logging.DEBUG if end.kind == "event" else logging.INFO
        is_slow = end.ms >= self._slow_ms
        if not is_slow and not (access if joins else log).isEnabledFor(level):
            return
        fields = self._fields(report)
        if joins and entry is not None:
            entry.fields |= fields
        else:
            write(level, "operation", {**source(entry), **fields, "ms": round(end.ms, 1)})
        if is_slow:
            batches = shown_batches(end.batches)
            write(
                logging.WARNING,
                "slow operation",
                {**source(entry), **fields, "ms": round(end.ms, 1), "batches": batches},
            )

    def refusal(self, viewer: Viewer, code: str, entry: AccessEntry | None) -> None:
        """Log that an operation was refused before it began."""
        fields = {**self._viewer(viewer), "outcome": "refused", "codes": [code]}
        if entry is not None and entry.is_open:
            entry.fields |= fields
        else:
            write(logging.INFO, "operation", {**source(entry), **fields})

    def _fields(self, report: OperationReport) -> dict[str, Any]:
        end = report.end
        fields: dict[str, Any] = {
            "operation": report.name,
            "type": end.kind,
            "hash": None if end.document is None else end.document.short_hash,
            **self._viewer(report.viewer),
            "outcome": report.outcome,
            "cost": round(end.cost),
            "store_calls": len(end.batches),
        }
        if end.trace_id is not None:
            fields["trace_id"] = end.trace_id
        if end.codes:
            fields["codes"] = sorted(set(end.codes))
        if end.limits:
            fields["limits"] = sorted(end.limits)
        return fields

    def _viewer(self, viewer: Viewer) -> dict[str, str]:
        subject = {"subject": self._pseudonyms.of(viewer.subject)} if viewer.authenticated else {}
        return {**subject, "role": role_of(viewer)}


def source(entry: AccessEntry | None) -> dict[str, str]:
    """Where an operation came from."""
    return {} if entry is None else {"request_id": entry.request_id, "transport": entry.transport}


def shown_batches(batches: Iterable[Batch]) -> list[dict[str, Any]]:
    """The store calls that took the longest, in the order in which they began."""
    slowest = sorted(batches, key=lambda batch: -batch.ms)[:MOST_BATCHES]
    return [
        {
            "store": batch.store,
            "call": batch.call,
            "keys": batch.keys,
            "start_ms": round(batch.start_ms, 1),
            "ms": round(batch.ms, 1),
            **({} if batch.code is None else {"code": batch.code}),
        }
        for batch in sorted(slowest, key=lambda batch: batch.start_ms)
    ]


def write(level: int, message: str, fields: dict[str, Any]) -> None:
    """As `log.log`, without its search for the line of the caller."""
    if log.isEnabledFor(level):
        log.handle(log.makeRecord(log.name, level, "", 0, message, (), None, extra=fields))
