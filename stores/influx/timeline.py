"""The port of the timeline in InfluxDB. It writes without reading, because points of one place merge."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from stores.domain.activity import ActivityCount
from stores.domain.calendar import Span
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.paging import TIMELINE, Page, from_ms, page_of
from stores.domain.slots import position_of
from stores.influx.client import Influx
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS, Conditions, Row, between, nanoseconds, select
from stores.influx.lines import COLUMNS, INTERACTION, event_of, key_of, lines_of, tag_of
from stores.ports.timeline import Timeline

COUNTED = "id, voided, duration_ms, voided_ms, verb"
COUNTS = "COUNT(id), COUNT(voided), SUM(duration_ms), SUM(voided_ms)"
CLERICAL_VERBS = sorted(verb.value for verb in NO_ACTIVITY)
TIME, COURSE, VOIDED = range(3)  # in a row: the time, then COLUMNS


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
    ) -> Mapping[str, Page[Event]]:
        start, end = (EARLIEST, LATEST) if span is None else (nanoseconds(span.start), nanoseconds(span.end))
        passed = (LATEST, "") if after is None else order_of_cursor(after)
        end = min(end, passed[0] + 1)  # with the cursor's time: further courses of it may come after the cursor
        nothing_asked = start >= end or any(one is not None and not one for one in (verbs, courses))
        short = [] if nothing_asked else [tag_of(key) for key in learner_ids]
        pages: dict[str, Page[Event]] = {}
        limit = first + 2 + first // 8  # some spare points, because some may be voided
        while short:
            bound = Conditions()
            points, where = INTERACTION, [bound.either("learner", short), *of_courses(bound, courses)]
            if verbs is not None:
                points = f"({select(COLUMNS, of=points, where=where)})"
                where = [bound.either("verb", (verb.value for verb in verbs))]
            then = f"GROUP BY learner ORDER BY time DESC LIMIT {limit}"
            page = select(COLUMNS, of=points, where=[*where, between(start, end)], then=then)
            [answer] = await self._influx.ask(page, values=bound.values)
            short = []
            for series in answer:
                # The points of one time come in no order, so those of the last time of a full answer may not all be in.
                full = len(series.rows) == limit
                rows = [row for row in series.rows if row[TIME] > series.rows[-1][TIME]] if full else series.rows
                live = sorted((row for row in rows if not row[VOIDED]), key=order_of, reverse=True)
                live = [row for row in live if order_of(row) < passed][: first + 1]
                if full and len(live) <= first:
                    short.append(series.tags["learner"])
                elif live:
                    key = key_of(series.tags["learner"])
                    pages[key] = page_of((event_of(key, row) for row in live), map(cursor_of, live), first)
            limit *= 2
        return pages

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


def of_courses(bound: Conditions, courses: Collection[str] | None) -> list[str]:
    """The condition on these courses, if there is one."""
    return [] if courses is None else [bound.either("course", map(tag_of, courses))]


def order_of(row: Row) -> tuple[int, str]:
    """The order of a learner's points: time, course key."""
    return row[TIME], key_of(row[COURSE])


def cursor_of(row: Row) -> str:
    """The cursor of a point."""
    return TIMELINE.encode(*divmod(row[TIME], NS_OF_MS), key_of(row[COURSE]))


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
