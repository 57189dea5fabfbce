"""Commits that this process wrote a moment ago, for its own relay: their payloads need not be decoded.

The outbox decides what is published: a commit is found here only by the payload of a row that was taken from it.
"""

from collections import OrderedDict

import asyncpg

from stores.domain.outbox import Commit
from stores.domain.quick_records import revised
from stores.sql.outbox.rows import at_of

MOST_EVENTS = 20_000
"""Of all commits together: about 20 MB. A relay in this process takes commits within a second."""


class RecentCommits:
    """The last commits, by payload. They are kept from the first time that one is looked for: a process whose relay is
    elsewhere keeps none."""

    def __init__(self, *, most_events: int = MOST_EVENTS) -> None:
        self._most_events = most_events
        self._events = 0
        self._wanted = False
        self._commits: OrderedDict[str, Commit] = OrderedDict()

    def keep(self, payload: str, commit: Commit) -> None:
        """Keep a commit whose row has this payload. Its transaction may yet fail: then no row has it."""
        if self._wanted:
            self._forget(payload)
            self._commits[payload] = commit
            self._events += size_of(commit)
            while self._events > self._most_events:
                self._forget(next(iter(self._commits)))

    def take(self, row: asyncpg.Record) -> Commit | None:
        """The commit of a row, or None. It is not kept any longer."""
        self._wanted = True
        commit = self._forget(row["payload"])
        if commit is None or row["number"] != commit.number or row["registration"] != commit.registration:
            return None
        return revised(commit, at=at_of(row))

    def _forget(self, payload: str) -> Commit | None:
        commit = self._commits.pop(payload, None)
        if commit is not None:
            self._events -= size_of(commit)
        return commit


def size_of(commit: Commit) -> int:
    """About how many events take as much memory as the commit."""
    return 1 + len(commit.events) + len(commit.voided) + len(commit.changed)
