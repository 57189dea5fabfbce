"""A learner of the demo, day by day: when they sit down to study, in the hours they are awake, and whether just now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gateway.datasets.demo.sittings import Study
from gateway.datasets.demo.study_plans import Place, Plan
from stores.domain.catalog import MoveOn
from stores.domain.events import Event, Verb
from stores.domain.sessions import RESUME_POINT_TTL, Heartbeat

LONGEST = timedelta(hours=3)
"""No sitting takes so long: one that began before that is over."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class JustNow:
    """A sitting that is going on, and its latest heartbeat."""

    start: datetime
    beat: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one learner did in each course, and where they are."""

    plan: Plan
    studies: tuple[Study, ...]
    just_now: JustNow | None
    now: datetime

    def events(self) -> Iterator[Event]:
        for study in self.studies:
            yield from study.events

    def heartbeats(self) -> Iterator[Heartbeat]:
        """Of each course the last one, as long as a resume point is kept; of a sitting that goes on the first, too."""
        for study in self.studies:
            last = next((event for event in reversed(study.events) if event.session_id is not None), None)
            if last is None or self.now - last.at >= RESUME_POINT_TTL:
                continue
            if self.just_now is not None and last.at >= self.just_now.start:
                yield self._beat(last, None, self.just_now.start)
                yield self._beat(last, position_of(last, study.events), self.just_now.beat)
            else:
                yield self._beat(last, position_of(last, study.events), last.at)

    def _beat(self, event: Event, position: float | None, at: datetime) -> Heartbeat:
        return Heartbeat(
            session_id=event.session_id or "",
            learner_id=event.learner_id,
            registration=event.registration,
            course_key=event.course_key,
            item_key=event.item_key,
            position=position,
            device=self.plan.device,
            at=at,
        )


def lived(plan: Plan, *, seed: int, term: datetime, now: datetime) -> Life:
    rng = Random(f"{seed}/{plan.number}/life")
    studies = [Study(place.enrollment, place.course, rng, plan.skill) for place in plan.places]
    just_now = sitting_now(plan, seed=seed, now=now)
    end = now if just_now is None else just_now.start
    for place, study in zip(plan.places, studies, strict=True):
        enter(place, study, end)
    for begin in sittings(plan, rng, term=term, end=end - LONGEST):
        minutes = min(95.0, rng.lognormvariate(3.58, 0.45))
        open_ones = [study for place, study in zip(plan.places, studies, strict=True) if place.open_at(begin)]
        if open_ones:
            study = rng.choices(open_ones, [1 if study.finished else 6 for study in open_ones])[0]
            study.sit(begin, minutes)
    if just_now is not None:
        studies[0].sit(just_now.start, minutes=LONGEST.total_seconds() / 60)
        studies[0].events[:] = [event for event in studies[0].events if event.at <= just_now.beat]
    return Life(plan=plan, studies=tuple(studies), just_now=just_now, now=now)


def enter(place: Place, study: Study, end: datetime) -> None:
    """All that is not studying: registering, being excused from the first items, leaving."""
    study.note(Verb.REGISTERED, place.since)
    required = [item for item in place.course.items if item.move_on is not MoveOn.NOT_APPLICABLE]
    for item in required[: place.waived]:
        study.note(Verb.WAIVED, place.since + timedelta(hours=2), item)
    if place.until is not None and place.until <= end:
        study.note(Verb.UNREGISTERED, place.until)


def sittings(plan: Plan, rng: Random, *, term: datetime, end: datetime) -> Iterator[datetime]:
    """When the learner sits down: at most once a day, less at weekends, around the hour they like."""
    zone = ZoneInfo(plan.profile.time_zone)
    day: date = term.astimezone(zone).date()
    while True:
        chance = plan.often * (0.7 if day.weekday() >= 5 else 1.12)
        if rng.random() < chance:
            minute = min(20 * 60 + 45, max(6 * 60 + 30, round(rng.gauss(plan.hour * 60, 60))))
            local = datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), zone)
            if local.astimezone(UTC) > end:
                return
            yield local.astimezone(UTC)
        elif datetime.combine(day, time(), zone) > end:
            return
        day += DAY


def sitting_now(plan: Plan, *, seed: int, now: datetime) -> JustNow | None:
    """The first learner is here now and the second one was a few minutes ago; some of those who are awake, too."""
    rng = Random(f"{seed}/{plan.number}/{now.isoformat()}")
    awake = 8 <= now.astimezone(ZoneInfo(plan.profile.time_zone)).hour < 22
    start = in_ms(now - timedelta(minutes=rng.uniform(15, 100)))
    online = plan.number == 1 or (plan.number != 2 and rng.random() < 0.6)
    away = timedelta(seconds=rng.uniform(0, 25) if online else rng.uniform(90, 480))
    chosen = plan.number <= 2 or (awake and rng.random() < 0.06)
    return JustNow(start=start, beat=in_ms(now - away)) if chosen and plan.places[0].open_at(start) else None


def position_of(last: Event, events: list[Event]) -> float | None:
    """Where in its item the learner was at this event: as last said in this sitting."""
    for event in reversed(events):
        if event.item_key != last.item_key or event.session_id != last.session_id:
            break
        if event.position is not None:
            return event.position
    return None


def in_ms(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)
