"""The timeline in InfluxDB: reads. How events are kept is in keeping.py."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from time import monotonic

from stores.domain.calendar import Span
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.paging import TIMELINE_SLOTS, Page, from_ms, page_of
from stores.domain.timeline import Quarter
from stores.errors import Rejected
from stores.influx.around import ATTENDANCE
from stores.influx.client import STORE, Influx
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS, Script, Series, between, nanoseconds, within
from stores.influx.keeping import Keeper
from stores.influx.lines import EVENT, FIELDS, event_of, tag_of
from stores.influx.memory import HEAVIEST, Clock
from stores.influx.rollup import ACTIVITY
from stores.ports.timeline import Timeline


class InfluxTimeline(Timeline):
    def __init__(self, influx: Influx, *, clock: Clock = monotonic, heaviest: int = HEAVIEST) -> None:
        """`clock` and `heaviest`: of what is remembered of writes (memory.py)."""
        self._influx = influx
        self._keeper = Keeper(influx, clock=clock, heaviest=heaviest)

    async def ping(self) -> None:
        await self._influx.ping()

    async def append(self, events: Sequence[Event]) -> None:
        await self._keeper.append(events)

    async def remove(self, events: Sequence[Event]) -> None:
        await self._keeper.remove(events)

    def forget(self) -> None:
        self._keeper.forget()

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
        if after is not None:
            end = min(end, time_of(after))
        if start >= end or not learner_ids or none_of(verbs) or none_of(courses):
            return {}
        script = Script()
        tags = {tag_of(key): key for key in learner_ids}
        where = [script.either("learner", tags), between(start, end)]
        if verbs is not None:
            where.append(script.either("verb", (verb.value for verb in verbs)))
        if courses is not None:
            where.append(script.either("course", courses))
        script.select(FIELDS, of=EVENT, where=where, then=f"GROUP BY learner ORDER BY time DESC LIMIT {first + 1}")
        pages = {}
        for series in await self._only(script):
            learner_id = tags[series.tags["learner"]]
            pages[learner_id] = page_of(
                (event_of(learner_id, row) for row in series.rows), (cursor_of(row[0]) for row in series.rows), first
            )
        return pages

    async def learner_quarters(
        self, learner_ids: Sequence[str], *, span: Span, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[Quarter]]:
        if not learner_ids or none_of(courses):
            return {}
        script = Script()
        tags = {tag_of(key): key for key in learner_ids}
        where = [script.either("learner", tags), within(span)]
        where += [script.unequal("verb", verb.value) for verb in sorted(NO_ACTIVITY, key=lambda verb: verb.value)]
        if courses is not None:
            where.append(script.either("course", courses))
        script.select(
            "COUNT(id), SUM(duration_ms)", of=EVENT, where=where, then="GROUP BY learner, time(15m) fill(none)"
        )
        return {tags[series.tags["learner"]]: quarters_of(series) for series in await self._only(script)}

    async def course_quarters(self, course_keys: Sequence[str], *, span: Span) -> Mapping[str, Sequence[Quarter]]:
        if not course_keys:
            return {}
        script = Script()
        tags = {tag_of(key): key for key in course_keys}
        script.select(
            "events, active_ms",
            of=ACTIVITY,
            where=[script.either("course", tags), within(span)],
            then="GROUP BY course",
        )
        return {tags[series.tags["course"]]: quarters_of(series) for series in await self._only(script)}

    async def course_learners(
        self, course_keys: Sequence[str], *, windows: Sequence[Span]
    ) -> Mapping[str, Mapping[datetime, int]]:
        if not course_keys or not windows:
            return {}
        script = Script()
        tags = {tag_of(key): key for key in course_keys}
        for window in windows:
            script.select(
                "COUNT(DISTINCT(learner))",
                of=ATTENDANCE,
                where=[script.either("course", tags), within(window)],
                then="GROUP BY course",
            )
        counts: dict[str, dict[datetime, int]] = {}
        for window, answer in zip(windows, await self._influx.ask(script), strict=True):
            for series in answer:
                [[_, learners]] = series.rows
                counts.setdefault(tags[series.tags["course"]], {})[window.start] = learners
        return counts

    async def _only(self, script: Script) -> list[Series]:
        [answer] = await self._influx.ask(script)
        return answer


def none_of(wanted: Collection[object] | None) -> bool:
    return wanted is not None and not wanted


def cursor_of(time: int) -> str:
    return TIMELINE_SLOTS.encode(*divmod(time, NS_OF_MS))


def time_of(cursor: str) -> int:
    ms, slot = TIMELINE_SLOTS.decode(cursor)
    if not 0 <= int(slot) < NS_OF_MS:
        raise Rejected(STORE, "malformed cursor")
    return max(EARLIEST, min(LATEST, int(ms) * NS_OF_MS + int(slot)))


def quarters_of(series: Series) -> Sequence[Quarter]:
    return [
        Quarter(start=from_ms(time // NS_OF_MS), events=events, active_ms=active_ms or 0)
        for time, events, active_ms in series.rows
    ]
