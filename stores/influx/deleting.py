"""Deleting points until they are gone.

InfluxDB 1 leaves a point that is deleted while it writes its cache out (a *snapshot*): the deletion reaches the cache
and the files, not what is on its way between the two. So what was deleted is looked for, and deleted again.
"""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from itertools import count
from typing import NamedTuple

from stores.backoff import Backoff
from stores.errors import Conflict
from stores.influx.client import STORE, Influx
from stores.influx.influxql import Script

FIRST_DELAY, LONGEST_DELAY = timedelta(milliseconds=50), timedelta(milliseconds=500)
ROUNDS = 12


class Point(NamedTuple):
    """`field`: one that every point of the measurement has. `tag`: its name and its value."""

    measurement: str
    field: str
    tag: tuple[str, str]
    time: int


async def delete(influx: Influx, points: Collection[Point], *, first_delay: timedelta = FIRST_DELAY) -> None:
    """`Conflict` when they will not go: the whole removal may be repeated."""
    backoff = Backoff(first=first_delay, longest=LONGEST_DELAY)
    for number in count():
        if not points:
            return
        if number == ROUNDS:
            raise Conflict(STORE, "deleted points would not go")
        if number:
            await asyncio.sleep(backoff.next_delay().total_seconds())
        deletions, looks = Script(), Script()
        for point in points:
            name, value = point.tag
            at = f"time = {point.time}"
            deletions.delete(of=point.measurement, where=[deletions.equal(name, value), at])
            looks.select(point.field, of=point.measurement, where=[looks.equal(name, value), at])
        await influx.ask(deletions)
        found = await influx.ask(looks)
        points = [point for point, series in zip(points, found, strict=True) if series]
