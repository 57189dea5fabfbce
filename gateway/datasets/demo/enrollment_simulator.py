"""Simulates how one learner works through one course: sessions of events, each continuing where the last one ended."""

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
"""The UUIDv5 namespace of the demo's ids. Each is made of what it names, so that the same dataset has the same ids."""
UNTIMED = frozenset({Verb.LAUNCHED, Verb.INITIALIZED, Verb.PLAYED, Verb.SEEKED, Verb.REGISTERED, Verb.UNREGISTERED})
"""Verbs without a duration. They begin something, and the event that ends it has the duration, so that the durations
of a session sum to its length."""


class EnrollmentSimulator:
    """One enrolment. `events` has all events so far; `skill` is the expected score of a first attempt (0…1)."""

    def __init__(self, enrollment: Enrollment, course: Course, rng: Random, skill: float) -> None:
        self.enrollment = enrollment
        self.events: list[Event] = []
        self._items = course.items
        self._rng = rng
        self._skill = skill
        self._index = 0
        self._skipped: set[str] = set()
        self._reached = 0.0
        self._failures = 0
        self._time = self._timed_until = self._session_end = EPOCH
        self._session: str | None = None
        self._study_item: dict[ItemType, Callable[[Item], bool]] = {
            ItemType.PAGE: self._read_page,
            ItemType.VIDEO: self._watch_video,
            ItemType.QUIZ: self._take_quiz,
            ItemType.ASSIGNMENT: self._write_assignment,
            ItemType.DISCUSSION: self._join_discussion,
            ItemType.TOOL: self._use_tool,
        }

    @property
    def finished(self) -> bool:
        """Whether the learner is past the last item."""
        return self._index >= len(self._items)

    def add_outside_session(self, verb: Verb, at: datetime, item: Item | None = None) -> None:
        """Add an event outside of a session: REGISTERED, UNREGISTERED or WAIVED."""
        self._time, self._session = at, None
        self._add(verb, item)
        if verb is Verb.WAIVED and item is not None:
            self._skipped.add(item.key)

    def resume_from(self, done: Collection[str], reached: Mapping[str, float]) -> None:
        """Start where the stores say that the learner is: `done` items are skipped, `reached` is the progress (0…1) of
        others."""
        self._skipped |= set(done)
        while not self.finished and self._items[self._index].key in self._skipped:
            self._index += 1
        self._reached = 0.0 if self.finished else reached.get(self._items[self._index].key, 0.0)

    def study(self, start: datetime, minutes: float) -> None:
        """Add a session of about `minutes`, which ends early when the course is finished. A learner who had finished
        before looks at some items again for up to 12 minutes."""
        reviewing = self.finished
        self._time = self._timed_until = start
        self._session_end = start + timedelta(minutes=min(minutes, 12.0) if reviewing else minutes)
        self._session = f"demo-{uuid5(DEMO, f'{self.enrollment.registration}/{to_ms(start)}').hex[:12]}"
        item = self._next_item()
        self._add(Verb.LAUNCHED, item)
        self._advance(1, 4)
        self._add(Verb.INITIALIZED, item)
        while True:
            done = self._study_item[item.type](item)
            if done and not self.finished:
                self._index, self._reached, self._failures = self._index + 1, 0.0, 0
            self._advance(5, 40)
            if self._time >= self._session_end or (self.finished and not reviewing):
                break
            item = self._next_item()
        self._add(Verb.ABANDONED if self._rng.random() < 0.06 else Verb.TERMINATED, item)

    def _next_item(self) -> Item:
        while not self.finished:
            item = self._items[self._index]
            optional = item.move_on is MoveOn.NOT_APPLICABLE and self._reached == 0
            if item.key not in self._skipped and not (optional and self._rng.random() < 0.4):
                return item
            self._index += 1
        self._reached = 0.0
        reviewed = [item for item in self._items if item.type in (ItemType.PAGE, ItemType.VIDEO)]
        return self._rng.choice(reviewed or self._items)

    def _read_page(self, item: Item) -> bool:
        self._advance(seconds(item) / 4, 2 * seconds(item))
        self._add(Verb.VIEWED if self._rng.random() < 0.85 else Verb.EXPERIENCED, item)
        return True

    def _watch_video(self, item: Item) -> bool:
        length, position = seconds(item), self._reached * seconds(item)
        while position < length and self._time < self._session_end:
            self._add(Verb.PLAYED, item, position=position)
            played = min(length - position, self._rng.uniform(60, 360))
            self._advance(played, played)
            position = length if length - position - played < 5 else round(position + played, 1)
            self._reached = max(self._reached, round(position / length, 4))
            self._add(Verb.PAUSED, item, position=position, progress=self._reached)
            if self._rng.random() < 0.15 and 30 < position < length:
                self._advance(1, 8)
                position = round(position - self._rng.uniform(10, 30), 1)
                self._add(Verb.SEEKED, item, position=position)
            self._advance(2, 90)
        if position < length:
            return False
        self._add(Verb.COMPLETED, item, progress=1.0)
        return True

    def _take_quiz(self, item: Item) -> bool:
        for question in range(1, self._rng.randint(4, 8)):
            self._advance(20, 130)
            self._add(Verb.INTERACTED, item, extensions={"question": question})
        score, passed = self._score(item)
        self._advance(3, 20)
        self._add(Verb.PASSED if passed else Verb.FAILED, item, score=score, success=passed)
        return passed

    def _write_assignment(self, item: Item) -> bool:
        self._add(Verb.INTERACTED, item)
        worked = self._advance(300, 1_500)
        self._reached = min(1.0, round(self._reached + worked / seconds(item), 2))
        self._add(Verb.PROGRESSED, item, progress=self._reached)
        if self._reached < 1:
            return False
        score, passed = self._score(item)
        self._advance(5, 60)
        self._add(Verb.ATTEMPTED, item, score=score)
        self._add(Verb.COMPLETED, item, progress=1.0)
        self._reached = 0.5
        return passed

    def _join_discussion(self, item: Item) -> bool:
        self._advance(60, 300)
        self._add(Verb.VIEWED, item)
        for _ in range(self._rng.randint(0, 3)):
            self._advance(60, 240)
            self._add(self._rng.choice((Verb.POSTED, Verb.COMMENTED, Verb.COMMENTED)), item)
        if self._rng.random() < 0.3:
            self._advance(3, 20)
            self._add(Verb.RATED, item, extensions={"stars": self._rng.randint(2, 5)})
        if item.move_on is not MoveOn.NOT_APPLICABLE:
            self._add(Verb.COMPLETED, item)
        return True

    def _use_tool(self, item: Item) -> bool:
        for _ in range(self._rng.randint(3, 7)):
            self._advance(20, 200)
            self._add(Verb.INTERACTED, item)
        self._reached = min(1.0, round(self._reached + self._rng.uniform(0.2, 0.6), 2))
        self._add(Verb.PROGRESSED, item, progress=self._reached)
        if self._reached == 1 and item.move_on is not MoveOn.NOT_APPLICABLE:
            self._add(Verb.COMPLETED, item, progress=1.0)
        return self._reached == 1

    def _score(self, item: Item) -> tuple[float, bool]:
        score = round(min(1.0, max(0.0, self._rng.gauss(self._skill + 0.08 * self._failures, 0.15))), 2)
        passed = score >= (item.mastery_score or 0.5)
        self._failures += not passed
        return score, passed

    def _advance(self, shortest: float, longest: float) -> float:
        """Let a random number of seconds pass, and return it."""
        passed = self._rng.uniform(shortest, longest)
        self._time += timedelta(milliseconds=round(passed * 1000))
        return passed

    def _add(self, verb: Verb, item: Item | None, **fields: Any) -> None:
        key = None if item is None else item.key
        if self._session is not None and verb not in UNTIMED:
            fields["duration_ms"] = to_ms(self._time) - to_ms(self._timed_until)
            self._timed_until = self._time
        registration = self.enrollment.registration
        self.events.append(
            Event(
                id=uuid5(DEMO, f"{registration}/{to_ms(self._time)}/{verb.value}/{key}"),
                registration=registration,
                learner_id=self.enrollment.learner_id,
                course_key=self.enrollment.course_key,
                verb=verb,
                verb_iri=VERB_IRIS[verb],
                at=self._time,
                item_key=key,
                session_id=self._session,
                **fields,
            )
        )


def seconds(item: Item) -> float:
    """The estimated duration of an item; ten minutes where it has none."""
    return item.estimated_duration.total_seconds() if item.estimated_duration is not None else 600.0
