"""Pages of many learners without their voided events.

A condition on `voided` would also drop the points that lack the field. So a page reads it, and some points more than it
needs. Learners whose answer was full and whose page came up short are read on from there, all of them in one request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from stores.domain.events import Event
from stores.domain.paging import TIMELINE, Page, page_of
from stores.domain.slots import SLOTS
from stores.errors import Rejected
from stores.influx.client import STORE, Influx
from stores.influx.influxql import EARLIEST, LATEST, NS_OF_MS, Row, Script, between
from stores.influx.lines import COLUMNS, INTERACTION, event_of, key_of, tag_of

SPARE_POINTS = 16
"""Points that the first request reads beyond a page, because some may be voided."""
TIME, COURSE, VOIDED = range(3)
Order = tuple[int, str]
"""The time of a point in ns, and its course key."""


@dataclass(slots=True)
class Reading:
    """The live points of one learner, newest first, as far as they were read: down to `end` (ns, exclusive)."""

    end: int
    live: list[Row] = field(default_factory=list)
    is_complete: bool = False

    def add(self, points: Sequence[Row], *, limit: int, passed: Order | None) -> None:
        """Add an answer of up to `limit` points. `passed`: where the page before ended.

        The points of one time come in no particular order, so those of the last time of a full answer may not all be
        there. They are read again."""
        self.is_complete = len(points) < limit
        if not self.is_complete:
            self.end = points[-1][TIME] + 1
            points = [point for point in points if point[TIME] >= self.end]
        live = [point for point in points if not point[VOIDED] and (passed is None or order_of(point) < passed)]
        self.live += sorted(live, key=order_of, reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """The pages of `first` events after the cursor `after`, from `start` to `end` (ns, exclusive). `conditions(script)`
    are those on verbs and courses."""

    start: int
    end: int
    first: int
    after: str | None
    conditions: Callable[[Script], Sequence[str]]

    async def read(self, influx: Influx, learner_ids: Sequence[str]) -> Mapping[str, Page[Event]]:
        """The page of each learner; learners without events are absent."""
        passed = None if self.after is None else order_of_cursor(self.after)
        # All points of the cursor's time: those of further courses may come after the cursor.
        end = self.end if passed is None else min(self.end, passed[0] + 1)
        if self.start >= end:
            return {}
        readings = {tag_of(key): Reading(end) for key in learner_ids}
        short, limit = list(readings), self.first + 1 + SPARE_POINTS
        while short:
            by_end: dict[int, list[str]] = {}
            for tag in short:
                by_end.setdefault(readings[tag].end, []).append(tag)
            script = Script()
            for before, tags in by_end.items():
                self._select(script, tags, before, limit)
            answers = {series.tags["learner"]: series.rows for answer in await influx.ask(script) for series in answer}
            for tag in short:
                readings[tag].add(answers.get(tag, ()), limit=limit, passed=passed)
            short = [tag for tag in short if not readings[tag].is_complete and len(readings[tag].live) <= self.first]
            limit *= 2
        return {key_of(tag): self._page(tag, reading.live) for tag, reading in readings.items() if reading.live}

    def _select(self, script: Script, tags: Sequence[str], end: int, limit: int) -> None:
        where = [script.either("learner", tags), between(self.start, end), *self.conditions(script)]
        then = f"GROUP BY learner ORDER BY time DESC LIMIT {limit}"
        script.select(",".join(COLUMNS), of=INTERACTION, where=where, then=then)

    def _page(self, tag: str, points: Sequence[Row]) -> Page[Event]:
        kept = points[: self.first + 1]
        return page_of((event_of(key_of(tag), point) for point in kept), map(cursor_of, kept), self.first)


def order_of(point: Row) -> Order:
    """The key by which the points of a learner are ordered."""
    return point[TIME], key_of(point[COURSE])


def cursor_of(point: Row) -> str:
    """The cursor of a point."""
    return TIMELINE.encode(*divmod(point[TIME], NS_OF_MS), key_of(point[COURSE]))


def order_of_cursor(cursor: str) -> Order:
    """The position of a cursor. `Rejected`: malformed."""
    ms, slot, course_key = TIMELINE.decode(cursor)
    if not 0 <= int(slot) < SLOTS:
        raise Rejected(STORE, "malformed cursor")
    return max(EARLIEST, min(LATEST, int(ms) * NS_OF_MS + int(slot))), course_key
