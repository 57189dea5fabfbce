"""How a learner of the demo works through a course: sittings of events, each going on where the last one stopped."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from stores.domain.catalog import Course, Item, ItemType, MoveOn
from stores.domain.events import VERB_IRIS, Event, Verb
from stores.domain.paging import EPOCH, to_ms
from stores.domain.progress import Enrollment

DEMO = uuid5(NAMESPACE_OID, "quadrangle demo")
"""The space of the demo's ids: they are made of what they name, so the same dataset has the same ids."""
UNTIMED = frozenset({Verb.LAUNCHED, Verb.INITIALIZED, Verb.PLAYED, Verb.SEEKED, Verb.REGISTERED, Verb.UNREGISTERED})
"""Verbs that begin something: the time goes to the event that ends it, so that durations sum to the time spent."""


class Study:
    """One enrolment as it is lived. `skill` is the score that the learner can expect of a first attempt."""

    def __init__(self, enrollment: Enrollment, course: Course, rng: Random, skill: float) -> None:
        self.enrollment = enrollment
        self.events: list[Event] = []
        self._items = course.items
        self._rng = rng
        self._skill = skill
        self._place = 0
        self._waived: set[str] = set()
        self._reached = 0.0
        self._failures = 0
        self._clock = self._timed = self._until = EPOCH
        self._session: str | None = None
        self._work: dict[ItemType, Callable[[Item], bool]] = {
            ItemType.PAGE: self._read,
            ItemType.VIDEO: self._watch,
            ItemType.QUIZ: self._answer,
            ItemType.ASSIGNMENT: self._write,
            ItemType.DISCUSSION: self._discuss,
            ItemType.TOOL: self._try_out,
        }

    @property
    def finished(self) -> bool:
        return self._place >= len(self._items)

    def note(self, verb: Verb, at: datetime, item: Item | None = None) -> None:
        """Something that happens outside a sitting: registering, leaving, being excused from an item."""
        self._clock, self._session = at, None
        self._say(verb, item)
        if verb is Verb.WAIVED and item is not None:
            self._waived.add(item.key)

    def go_on(self, done: Collection[str], reached: Mapping[str, float]) -> None:
        """Begin where a store says that the learner is: behind these items, and so far (0…1) into others."""
        self._waived |= set(done)
        while not self.finished and self._items[self._place].key in self._waived:
            self._place += 1
        self._reached = 0.0 if self.finished else reached.get(self._items[self._place].key, 0.0)

    def sit(self, start: datetime, minutes: float) -> None:
        """Study for about so long, or until through; who is through already looks at something again for a while."""
        again = self.finished
        self._clock = self._timed = start
        self._until = start + timedelta(minutes=min(minutes, 12.0) if again else minutes)
        self._session = f"demo-{uuid5(DEMO, f'{self.enrollment.registration}/{to_ms(start)}').hex[:12]}"
        item = self._next()
        self._say(Verb.LAUNCHED, item)
        self._pass(1, 4)
        self._say(Verb.INITIALIZED, item)
        while True:
            done = self._work[item.type](item)
            if done and not self.finished:
                self._place, self._reached, self._failures = self._place + 1, 0.0, 0
            self._pass(5, 40)
            if self._clock >= self._until or (self.finished and not again):
                break
            item = self._next()
        self._say(Verb.ABANDONED if self._rng.random() < 0.06 else Verb.TERMINATED, item)

    def _next(self) -> Item:
        while not self.finished:
            item = self._items[self._place]
            optional = item.move_on is MoveOn.NOT_APPLICABLE and self._reached == 0
            if item.key not in self._waived and not (optional and self._rng.random() < 0.4):
                return item
            self._place += 1
        self._reached = 0.0
        again = [item for item in self._items if item.type in (ItemType.PAGE, ItemType.VIDEO)]
        return self._rng.choice(again or self._items)

    def _read(self, item: Item) -> bool:
        self._pass(seconds(item) / 4, 2 * seconds(item))
        self._say(Verb.VIEWED if self._rng.random() < 0.85 else Verb.EXPERIENCED, item)
        return True

    def _watch(self, item: Item) -> bool:
        length, position = seconds(item), self._reached * seconds(item)
        while position < length and self._clock < self._until:
            self._say(Verb.PLAYED, item, position=position)
            played = min(length - position, self._rng.uniform(60, 360))
            self._pass(played, played)
            position = length if length - position - played < 5 else round(position + played, 1)
            self._reached = max(self._reached, round(position / length, 4))
            self._say(Verb.PAUSED, item, position=position, progress=self._reached)
            if self._rng.random() < 0.15 and 30 < position < length:
                self._pass(1, 8)
                position = round(position - self._rng.uniform(10, 30), 1)
                self._say(Verb.SEEKED, item, position=position)
            self._pass(2, 90)
        if position < length:
            return False
        self._say(Verb.COMPLETED, item, progress=1.0)
        return True

    def _answer(self, item: Item) -> bool:
        for question in range(1, self._rng.randint(4, 8)):
            self._pass(20, 130)
            self._say(Verb.INTERACTED, item, extensions={"question": question})
        score, passed = self._score(item)
        self._pass(3, 20)
        self._say(Verb.PASSED if passed else Verb.FAILED, item, score=score, success=passed)
        return passed

    def _write(self, item: Item) -> bool:
        self._say(Verb.INTERACTED, item)
        worked = self._pass(300, 1_500)
        self._reached = min(1.0, round(self._reached + worked / seconds(item), 2))
        self._say(Verb.PROGRESSED, item, progress=self._reached)
        if self._reached < 1:
            return False
        score, passed = self._score(item)
        self._pass(5, 60)
        self._say(Verb.ATTEMPTED, item, score=score)
        self._say(Verb.COMPLETED, item, progress=1.0)
        self._reached = 0.5
        return passed

    def _discuss(self, item: Item) -> bool:
        self._pass(60, 300)
        self._say(Verb.VIEWED, item)
        for _ in range(self._rng.randint(0, 3)):
            self._pass(60, 240)
            self._say(self._rng.choice((Verb.POSTED, Verb.COMMENTED, Verb.COMMENTED)), item)
        if self._rng.random() < 0.3:
            self._pass(3, 20)
            self._say(Verb.RATED, item, extensions={"stars": self._rng.randint(2, 5)})
        if item.move_on is not MoveOn.NOT_APPLICABLE:
            self._say(Verb.COMPLETED, item)
        return True

    def _try_out(self, item: Item) -> bool:
        for _ in range(self._rng.randint(3, 7)):
            self._pass(20, 200)
            self._say(Verb.INTERACTED, item)
        self._reached = min(1.0, round(self._reached + self._rng.uniform(0.2, 0.6), 2))
        self._say(Verb.PROGRESSED, item, progress=self._reached)
        if self._reached == 1 and item.move_on is not MoveOn.NOT_APPLICABLE:
            self._say(Verb.COMPLETED, item, progress=1.0)
        return self._reached == 1

    def _score(self, item: Item) -> tuple[float, bool]:
        score = round(min(1.0, max(0.0, self._rng.gauss(self._skill + 0.08 * self._failures, 0.15))), 2)
        passed = score >= (item.mastery_score or 0.5)
        self._failures += not passed
        return score, passed

    def _pass(self, least: float, most: float) -> float:
        """Let so many seconds go by."""
        gone = self._rng.uniform(least, most)
        self._clock += timedelta(milliseconds=round(gone * 1000))
        return gone

    def _say(self, verb: Verb, item: Item | None, **said: Any) -> None:
        key = None if item is None else item.key
        if self._session is not None and verb not in UNTIMED:
            said["duration_ms"] = to_ms(self._clock) - to_ms(self._timed)
            self._timed = self._clock
        registration = self.enrollment.registration
        self.events.append(
            Event(
                id=uuid5(DEMO, f"{registration}/{to_ms(self._clock)}/{verb.value}/{key}"),
                registration=registration,
                learner_id=self.enrollment.learner_id,
                course_key=self.enrollment.course_key,
                verb=verb,
                verb_iri=VERB_IRIS[verb],
                at=self._clock,
                item_key=key,
                session_id=self._session,
                **said,
            )
        )


def seconds(item: Item) -> float:
    return item.estimated_duration.total_seconds() if item.estimated_duration is not None else 600.0
