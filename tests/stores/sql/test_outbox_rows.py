"""Rows of the outbox outlive the gateway that wrote them."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from stores.domain.outbox import Commit
from stores.sql.outbox.rows import commits_of, payload_of
from tests.gateway.test_portions import commit

PARTS_BEFORE_REPUBLISHING = 9


def read(row: Commit, payload: str) -> list[Commit]:
    rows: list[Any] = [
        {"registration": row.registration, "number": row.number, "created_at": row.at, "payload": payload}
    ]
    return list(commits_of(rows))


@pytest.mark.parametrize("republished", [False, True])
def test_a_row_comes_back_as_it_was(republished: bool) -> None:
    row = replace(commit(1, 2), republished=republished)
    assert read(row, payload_of(row)) == [row]


def test_payloads_without_the_republished_mark_are_the_same_as_before_it() -> None:
    row = commit(1, 2)
    parts = orjson.loads(payload_of(row))
    assert len(parts) == PARTS_BEFORE_REPUBLISHING
    assert read(row, orjson.dumps(parts).decode()) == [row]
