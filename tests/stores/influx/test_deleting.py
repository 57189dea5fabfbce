"""InfluxDB leaves what is deleted while it writes its cache out: here a server does so as often as it is told."""

from datetime import timedelta
from typing import Any

import pytest

from stores.errors import Conflict
from stores.influx.deleting import ROUNDS, Point, delete
from stores.influx.influxql import Script, Series

POINTS = [Point("event", "id", ("learner", f"u{number}"), number) for number in range(3)]


class Stubborn:
    """The second point survives so many deletions."""

    def __init__(self, survives: int) -> None:
        self.deleted: list[int] = []
        self._survives = survives

    async def ask(self, script: Script) -> list[list[Series]]:
        if script.statements[0].startswith("DELETE"):
            self.deleted.append(len(script.statements))
            return [[] for _ in script.statements]
        left = len(self.deleted) <= self._survives
        asked = POINTS if len(script.statements) == len(POINTS) else POINTS[1:2]
        return [[Series("event", {}, [[1, "id"]])] if left and point is POINTS[1] else [] for point in asked]


async def test_what_survives_is_deleted_again_and_nothing_else() -> None:
    influx: Any = Stubborn(2)
    await delete(influx, POINTS, first_delay=timedelta(microseconds=1))
    assert influx.deleted == [3, 1, 1]


async def test_what_would_not_go_is_a_conflict_that_may_be_tried_again() -> None:
    influx: Any = Stubborn(ROUNDS)
    with pytest.raises(Conflict):
        await delete(influx, POINTS, first_delay=timedelta(microseconds=1))
    assert len(influx.deleted) == ROUNDS


async def test_nothing_to_delete_asks_nothing() -> None:
    influx: Any = Stubborn(0)
    await delete(influx, [])
    assert influx.deleted == []
