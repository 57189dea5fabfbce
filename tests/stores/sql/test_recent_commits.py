"""Commits that this process wrote are published as its own relay would decode them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from stores.domain.outbox import Commit, Consumer
from stores.sql.outbox.recent_commits import RecentCommits, size_of
from stores.sql.outbox.rows import commits_of, payload_of
from tests.stores.sql.test_outbox_rows import SAVED

LATER = timedelta(seconds=1, microseconds=7)


def row_of(commit: Commit) -> Any:
    """The row of a commit. The database's time is in microseconds."""
    return {
        "registration": commit.registration,
        "number": commit.number,
        "created_at": commit.at + LATER,
        "payload": payload_of(commit),
        "traceparent": commit.traceparent,
    }


def wanted(**settings: Any) -> RecentCommits:
    """Commits that a relay looks for."""
    recent = RecentCommits(**settings)
    assert recent.take(row_of(SAVED)) is None
    return recent


def test_a_commit_is_found_once_and_is_the_one_that_its_row_has() -> None:
    for consumer in Consumer:
        part = SAVED.for_consumer(consumer)
        assert part is not None
        recent, row = wanted(), row_of(part)
        recent.keep(payload_of(part), part)
        [decoded] = commits_of([row])
        assert [decoded] == list(commits_of([row], recent.take))
        assert recent.take(row) is None


def test_a_row_of_another_transaction_with_the_same_payload_is_decoded() -> None:
    recent, row = wanted(), row_of(replace(SAVED, number=SAVED.number + 1))
    recent.keep(payload_of(SAVED), SAVED)
    assert [commit.number for commit in commits_of([row], recent.take)] == [SAVED.number + 1]


def test_nothing_is_kept_before_a_relay_looks_for_it() -> None:
    recent = RecentCommits()
    recent.keep(payload_of(SAVED), SAVED)
    assert recent.take(row_of(SAVED)) is None


def test_the_oldest_go_where_there_are_too_many() -> None:
    recent = wanted(most_events=2 * size_of(SAVED))
    commits = [replace(SAVED, learner_id=f"learner {number}") for number in range(3)]
    for commit in [commits[0], *commits]:  # a transaction that is run again keeps the same
        recent.keep(payload_of(commit), commit)
    assert [recent.take(row_of(commit)) is not None for commit in commits] == [False, True, True]
