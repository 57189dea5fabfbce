"""The summary of a course, written by hand over the statements of the gateway's own store."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from gateway.runtime.clock import utc_now
from stores.domain.course_summary import STOPPED_AFTER
from stores.domain.enrollment_order import sort_value
from stores.sql.activity.summaries import COMPLETIONS, COUNTERS, GROUPS, STOPPED
from tests.bench.hand.drivers import Drivers
from tests.bench.hand.records import shown

NUMBERS = f"{GROUPS} UNION ALL {STOPPED} UNION ALL {COUNTERS}"
BILLION = 1e9
DAY = timedelta(days=1)
Json = dict[str, Any]


async def summary(drivers: Drivers, variables: Mapping[str, Any]) -> Json:
    """The numbers of a course, and its completions by day (UTC)."""
    course_key = variables["course"]
    found, windows = await asyncio.gather(
        numbers_of(drivers, course_key), completions_of(drivers, course_key, **variables["range"])
    )
    return {"course": {"summary": None if found is None else {**found, "completions": windows}}}


async def numbers_of(drivers: Drivers, course_key: str) -> Json | None:
    """The numbers of a course; None without enrolments."""
    of: defaultdict[str, dict[str, Sequence[int]]] = defaultdict(dict)
    for row in await drivers.rows(NUMBERS, [course_key], sort_value(utc_now() - STOPPED_AFTER)):
        of[row["kind"]][row["key"]] = row["numbers"]
    return {**averages(of["COMPLETION"], of["SCORE"]), "items": items(of)} if of["COMPLETION"] else None


async def completions_of(drivers: Drivers, course_key: str, **span: str) -> list[Json]:
    """The completions of every day (UTC) that overlaps the range `from` … `to`."""
    start, end = (datetime.fromisoformat(span[name]) for name in ("from", "to"))
    days = [start.replace(hour=0, minute=0, second=0, microsecond=0)]
    while days[-1] + DAY < end:
        days.append(days[-1] + DAY)
    starts = [day.isoformat() for day in days]
    found = await drivers.rows(COMPLETIONS, [course_key], starts, days[0], days[-1] + DAY)
    completed = {row["place"] - 1: row["completed"] for row in found}
    return [{"start": shown(day), "completed": completed.get(place, 0)} for place, day in enumerate(days)]


def averages(completion: Mapping[str, Sequence[int]], score: Mapping[str, Sequence[int]]) -> Json:
    """The numbers of enrolments, by the rows of their completion and of their scores by state."""
    counted = [numbers for state, numbers in completion.items() if state != "WITHDRAWN"]
    scored = [numbers for state, numbers in score.items() if state != "WITHDRAWN"]
    below = [[0, *numbers[2:], numbers[0]] for numbers in counted]
    return {
        "enrolled": sum(numbers[0] for numbers in completion.values()),
        "averageCompletion": mean(sum(each[1] for each in counted), sum(each[0] for each in counted)),
        "averageScore": mean(sum(each[1] for each in scored), sum(each[0] for each in scored)),
        "distribution": [
            sum(bins) for bins in zip(*([b - a for a, b in pairwise(each)] for each in below), strict=True)
        ]
        or [0] * 10,
    }


def items(of: Mapping[str, Mapping[str, Sequence[int]]]) -> list[Json]:
    """The items that have anything to count, by key."""
    counters = {key: numbers for key, numbers in of["ITEM"].items() if any(numbers)}
    shown_items = []
    for key in sorted({*counters, *of["STOPPED"]}):
        started, satisfied, _, scored, nano = counters.get(key, (0, 0, 0, 0, 0))
        [stopped] = of["STOPPED"].get(key, (0,))
        shown_items.append(
            {
                "itemKey": key,
                "started": started,
                "satisfied": satisfied,
                "averageScore": mean(nano, scored),
                "stoppedHere": stopped,
            }
        )
    return shown_items


def mean(nano: int, of: int) -> float | None:
    """The mean of values whose sum is in billionths."""
    return nano / of / BILLION if of else None
