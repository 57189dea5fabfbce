"""The port of the timeline in InfluxDB."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from stores.domain.activity import ActivityCount
from stores.domain.calendar import Span
from stores.domain.events import NO_ACTIVITY, Event, Verb
from stores.domain.paging import Page, from_ms
from stores.influx.client import Influx
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS, Row, Script, between, nanoseconds
from stores.influx.lines import INTERACTION, key_of, lines_of, tag_of
from stores.influx.pages import PageQuery
from stores.ports.timeline import Timeline

COUNTS = "COUNT(id), COUNT(voided), SUM(duration_ms), SUM(voided_ms)"
CLERICAL_VERBS = sorted(verb.value for verb in NO_ACTIVITY)


class InfluxTimeline(Timeline):
    """The timeline in one database. It writes without reading: points of one place merge."""

    def __init__(self, influx: Influx) -> None:
        self._influx = influx

    async def ping(self) -> None:
        await self._influx.ping()

    async def append(self, events: Sequence[Event]) -> None:
        await self._write(events, voided=False)

    async def void(self, events: Sequence[Event]) -> None:
        await self._write(events, voided=True)

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
        none_asked = not learner_ids or (verbs is not None and not verbs) or (courses is not None and not courses)

        def conditions(script: Script) -> Sequence[str]:
            of_verbs = [] if verbs is None else [script.either("verb", (verb.value for verb in verbs))]
            return of_verbs + of_courses(script, courses)

        query = PageQuery(
            start=start, end=start if none_asked else end, first=first, after=after, conditions=conditions
        )
        return await query.read(self._influx, learner_ids)

    async def learner_counts(
        self, learner_ids: Sequence[str], *, span: Span, grain: timedelta, courses: Collection[str] | None
    ) -> Mapping[str, Sequence[ActivityCount]]:
        if not learner_ids or (courses is not None and not courses):
            return {}
        script = Script()
        where = [
            script.either("learner", map(tag_of, dict.fromkeys(learner_ids))),
            between(nanoseconds(span.start), nanoseconds(span.end)),
            script.neither("verb", CLERICAL_VERBS),
            *of_courses(script, courses),
        ]
        time = f"time({grain // timedelta(minutes=1)}m)"
        script.select(COUNTS, of=INTERACTION, where=where, then=f"GROUP BY learner, {time} fill(none)")
        [answer] = await self._influx.ask(script)
        counted = {key_of(series.tags["learner"]): counts_of(series.rows) for series in answer}
        return {key: counts for key, counts in counted.items() if counts}

    async def _write(self, events: Sequence[Event], *, voided: bool) -> None:
        # All lines are made, and so checked, before the first one is sent.
        await self._influx.write(list(lines_of(events, voided=voided)))


def of_courses(script: Script, courses: Collection[str] | None) -> list[str]:
    """The condition on these courses, if there is one."""
    return [] if courses is None else [script.either("course", map(tag_of, courses))]


def counts_of(rows: Sequence[Row]) -> Sequence[ActivityCount]:
    """The counts of these rows, without the voided events. A sum is null where no point has the field."""
    return [
        ActivityCount(start=from_ms(time // NS_OF_MS), events=live, active_ms=(total_ms or 0) - (voided_ms or 0))
        for time, events, voided, total_ms, voided_ms in rows
        if (live := (events or 0) - (voided or 0))
    ]
