"""Rows of the outbox outlive the gateway that wrote them."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from stores.domain.event_codec import BODY_FIELDS
from stores.domain.events import Verb
from stores.domain.outbox import Commit
from stores.domain.sessions import ResumePoint
from stores.sql.outbox.rows import commits_of, payload_of
from tests.stores.learning import FULL, done
from tests.stores.samples import NOON, TRACEPARENT, commit

SAVED = replace(
    commit(3),
    events=(replace(FULL, slot=999_999), done(2, Verb.PLAYED, slot=0)),
    voided=(done(7, Verb.VIEWED, "page", slot=5),),
    resume=ResumePoint(registration=FULL.registration, item_key="video", position=1.5, at=NOON, device=None, id="s1"),
    traceparent=TRACEPARENT,
)


def read(row: Commit, payload: str) -> list[Commit]:
    rows: list[Any] = [
        {
            "registration": row.registration,
            "number": row.number,
            "created_at": row.at,
            "payload": payload,
            "traceparent": row.traceparent,
        }
    ]
    return list(commits_of(rows))


def slots(row: Commit) -> list[int | None]:
    return [event.slot for event in (*row.events, *row.voided)]


def test_a_row_comes_back_as_it_was() -> None:
    [found] = read(SAVED, payload_of(SAVED))
    assert found == SAVED
    assert slots(found) == [999_999, 0, 5]


@pytest.mark.parametrize("mark", [[], [True]], ids=["plain", "republished"])
def test_rows_from_before_slots_are_read_without_slots(mark: list[bool]) -> None:
    version, *parts = orjson.loads(payload_of(SAVED))
    assert version == 2
    events, voided = ([values[: BODY_FIELDS.index("slot")] for values in parts[place]] for place in (3, 4))
    before = [1, *parts[:3], events, voided, *parts[5:], *mark]
    [found] = read(SAVED, orjson.dumps(before).decode())
    assert found == SAVED
    assert slots(found) == [None, None, None]


def test_rows_of_a_newer_version_wait() -> None:
    _, *parts = orjson.loads(payload_of(SAVED))
    assert read(SAVED, orjson.dumps([3, *parts]).decode()) == []
