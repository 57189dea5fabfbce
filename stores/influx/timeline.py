"""The port of the timeline in InfluxDB. It writes without reading, because points of one place merge."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from stores.domain.activity import ActivityCount
from stores.domain.calendar import Span
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.paging import Page, from_ms
from stores.domain.slots import cursor_of, position_of
from stores.influx.client import Influx
from stores.influx.event_reader import EventReader, event_reader
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS, Conditions, Row, between, nanoseconds, select
from stores.influx.lines import INTERACTION, key_of, lines_of, tag_of
from stores.ports.timeline import Timeline

COUNTED = "id, voided, duration_ms, voided_ms, verb"
COUNTS = "COUNT(id), COUNT(voided), SUM(duration_ms), SUM(voided_ms)"
CLERICAL_VERBS = sorted(verb.value for verb in NO_ACTIVITY)
SEARCHED_FIRST = 1_000
"""Points that are searched for verbs first, in all. The server reads all points of a subquery, however many match."""
TIME, COURSE, VOIDED = range(3)  # in a row: the time, then the columns of a reader


class InfluxTimeline(Timeline):
    """The timeline in one database."""

    def __init__(self, influx: Influx) -> None:
        self._influx = influx

    async def ping(self) -> None:
        await self._influx.ping()

    async def append(self, events: Sequence[Event]) -> None:
        await self._influx.write(lines_of(events, voided=False))

    async def void(self, events: Sequence[Event]) -> None:
        await self._influx.write(lines_of(events, voided=True))

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        span: Span | None,
        verbs: Collection[Verb] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
        columns: Collection[str] | None = None,
    ) -> Mapping[str, Page[Event]]:
        start, end = (EARLIEST, LATEST) if span is None else (nanoseconds(span.start), nanoseconds(span.end))
        passed = (LATEST, "") if after is None else order_of_cursor(after)
        end = min(end, passed[0] + 1)  # with the cursor's time: further courses of it may come after the cursor
        nothing_asked = start >= end or any(one is not None and not one for one in (verbs, courses))
        short = [] if nothing_asked else [tag_of(key) for key in learner_ids]
        reader = event_reader(columns)
        pages: dict[str, Page[Event]] = {}
        limit = first + 2 + first // 8  # some spare points, because some may be voided
        window = None if verbs is None else max(limit, SEARCHED_FIRST // max(1, len(short)))
        while short:
            found, counted = await self._newest(reader, short, courses, verbs, between(start, end), limit, window)
            unfinished = []
            for tag in short:
                rows = found.get(tag, ())
                # The points of one time come in no order, so those of the last time of a full answer may not all be in.
                full = len(rows) == limit or counted.get(tag) == window is not None
                cut = rows[-1][TIME] if full and rows else None
                live = in_order([row for row in rows if not row[VOIDED] and row[TIME] != cut])
                if after is not None:
                    live = [row for row in live if order_of(row) < passed]
                if full and len(live) <= first:
                    unfinished.append(tag)
                elif live:
                    key = key_of(tag)
                    # Small pages of many learners: no event is made that only shows that there are more.
                    events = tuple([reader.event_of(key, row) for row in live[:first]])
                    pages[key] = Page(events, cursor_of, len(live) > first)
            short, limit, window = unfinished, limit * 2, None
        return pages

    async def _newest(
        self,
        reader: EventReader,
        learners: Collection[str],
        courses: Collection[str] | None,
        verbs: Collection[Verb] | None,
        times: str,
        limit: int,
        window: int | None,
    ) -> tuple[Mapping[str, Sequence[Row]], Mapping[str, int]]:
        """The newest `limit` points of each of these learners, given as tags, newest first. With `verbs`, only those
        among the newest `window` points (None: all) that have one of them, and how many points were searched."""
        bound = Conditions()
        where, counts = [bound.either("learner", learners), *of_courses(bound, courses), times], []
        points = INTERACTION
        if verbs is not None:
            searched = "" if window is None else newest(window)
            points = f"({select(reader.columns, of=points, where=where, then=searched)})"
            if window is not None:
                verbs_only = f"({select('verb', of=INTERACTION, where=where, then=searched)})"
                counts = [select("COUNT(verb)", of=verbs_only, where=[times], then=newest(1))]
            where = [bound.either("verb", (verb.value for verb in verbs)), times]
        page = select(reader.columns, of=points, where=where, then=newest(limit))
        found, *counted = await self._influx.ask(page, *counts, values=bound.values)
        return (
            {series.tags["learner"]: series.rows for series in found},
            {series.tags["learner"]: series.rows[0][1] for answer in counted for series in answer},
        )

    async def learner_counts(
        self, learner_ids: Sequence[str], *, span: Span, grain: timedelta, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[ActivityCount]]:
        if not learner_ids or (courses is not None and not courses):
            return {}
        bound = Conditions()
        where = [bound.either("learner", map(tag_of, learner_ids)), *of_courses(bound, courses)]
        points = f"({select(COUNTED, of=INTERACTION, where=where)})"
        where = [bound.neither("verb", CLERICAL_VERBS), between(nanoseconds(span.start), nanoseconds(span.end))]
        then = f"GROUP BY learner, time({grain // timedelta(minutes=1)}m) fill(none)"
        counts = select(COUNTS, of=points, where=where, then=then)
        [answer] = await self._influx.ask(counts, values=bound.values)
        counted = {key_of(series.tags["learner"]): counts_of(series.rows) for series in answer}
        return {key: counts for key, counts in counted.items() if counts}


def newest(limit: int) -> str:
    """The end of a statement for the newest points of each learner. A subquery must have the order of its statement."""
    return f"GROUP BY learner ORDER BY time DESC LIMIT {limit}"


def of_courses(bound: Conditions, courses: Collection[str] | None) -> list[str]:
    """The condition on these courses, if there is one."""
    return [] if courses is None else [bound.either("course", map(tag_of, courses))]


def order_of(row: Row) -> tuple[int, str]:
    """The order of a learner's points: time, course key."""
    return row[TIME], key_of(row[COURSE])


def in_order(rows: list[Row]) -> list[Row]:
    """These rows of a learner, newest first: as the server sends them, but for points of one time."""
    if len({row[TIME] for row in rows}) < len(rows):
        rows.sort(key=order_of, reverse=True)
    return rows


def order_of_cursor(cursor: str) -> tuple[int, str]:
    """The position of a cursor, as `order_of` its point. `Rejected`: malformed."""
    ms, slot, course_key = position_of(cursor)
    return max(EARLIEST, min(LATEST, ms * NS_OF_MS + slot)), course_key


def counts_of(rows: Sequence[Row]) -> Sequence[ActivityCount]:
    """The counts of these rows, without the voided events. A sum is null where no point has the field."""
    return [
        ActivityCount(start=from_ms(time // NS_OF_MS), events=live, active_ms=(total_ms or 0) - (voided_ms or 0))
        for time, events, voided, total_ms, voided_ms in rows
        if (live := (events or 0) - (voided or 0))
    ]
