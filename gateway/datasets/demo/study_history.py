"""The studies of one learner of the demo up to now: sessions in the hours when they are awake, and the current one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gateway.datasets.demo.enrollment_simulator import EnrollmentSimulator
from gateway.datasets.demo.study_plan import PlannedEnrollment, StudyPlan
from stores.domain.catalog import MoveOn
from stores.domain.events import Event, Verb
from stores.domain.sessions import RESUME_POINT_TTL, Heartbeat

LONGEST_SESSION = timedelta(hours=3)
"""A session that started earlier has ended."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentSession:
    """A session that has not ended: its start and its latest heartbeat."""

    start: datetime
    latest_heartbeat: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyHistory:
    """What one learner did in each enrolment until `now`."""

    plan: StudyPlan
    simulators: tuple[EnrollmentSimulator, ...]
    current: CurrentSession | None
    now: datetime

    def events(self) -> Iterator[Event]:
        """The events of all enrolments, those of one enrolment together."""
        for simulator in self.simulators:
            yield from simulator.events

    def heartbeats(self) -> Iterator[Heartbeat]:
        """The last heartbeat of each enrolment, unless its resume point has expired, and the first of the current
        session."""
        for simulator in self.simulators:
            events = simulator.events
            last = next((event for event in reversed(events) if event.session_id is not None), None)
            if last is None or self.now - last.at >= RESUME_POINT_TTL:
                continue
            if self.current is not None and last.at >= self.current.start:
                yield self._heartbeat(last, None, self.current.start)
                yield self._heartbeat(last, position_at(last, events), self.current.latest_heartbeat)
            else:
                yield self._heartbeat(last, position_at(last, events), last.at)

    def _heartbeat(self, event: Event, position: float | None, at: datetime) -> Heartbeat:
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


def study_history(plan: StudyPlan, *, seed: int, term: datetime, now: datetime) -> StudyHistory:
    """Carry out a plan from the start of the term until `now`."""
    rng = Random(f"{seed}/{plan.number}/life")
    simulators = [EnrollmentSimulator(each.enrollment, each.course, rng, plan.skill) for each in plan.enrollments]
    current = current_session(plan, seed=seed, now=now)
    end = now if current is None else current.start
    both = list(zip(plan.enrollments, simulators, strict=True))
    for planned, simulator in both:
        add_enrollment_events(planned, simulator, end)
    for start in session_starts(plan, rng, term=term, end=end - LONGEST_SESSION):
        minutes = min(95.0, rng.lognormvariate(3.58, 0.45))
        candidates = [simulator for planned, simulator in both if planned.open_at(start)]
        if candidates:
            simulator = rng.choices(candidates, [1 if each.finished else 6 for each in candidates])[0]
            simulator.study(start, minutes)
    if current is not None:
        simulators[0].study(current.start, minutes=LONGEST_SESSION.total_seconds() / 60)
        simulators[0].events[:] = [event for event in simulators[0].events if event.at <= current.latest_heartbeat]
    return StudyHistory(plan=plan, simulators=tuple(simulators), current=current, now=now)


def add_enrollment_events(planned: PlannedEnrollment, simulator: EnrollmentSimulator, end: datetime) -> None:
    """Add the events outside of sessions: registration, waivers of the first items, and withdrawal before `end`."""
    simulator.add_outside_session(Verb.REGISTERED, planned.since)
    required = [item for item in planned.course.items if item.move_on is not MoveOn.NOT_APPLICABLE]
    for item in required[: planned.waived]:
        simulator.add_outside_session(Verb.WAIVED, planned.since + timedelta(hours=2), item)
    if planned.until is not None and planned.until <= end:
        simulator.add_outside_session(Verb.UNREGISTERED, planned.until)


def session_starts(plan: StudyPlan, rng: Random, *, term: datetime, end: datetime) -> Iterator[datetime]:
    """The starts of sessions: at most one per local day, fewer at weekends, near the preferred hour."""
    zone = ZoneInfo(plan.profile.time_zone)
    day: date = term.astimezone(zone).date()
    while True:
        chance = plan.daily_chance * (0.7 if day.weekday() >= 5 else 1.12)
        if rng.random() < chance:
            minute = min(20 * 60 + 45, max(6 * 60 + 30, round(rng.gauss(plan.preferred_hour * 60, 60))))
            local = datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60)), zone)
            if local.astimezone(UTC) > end:
                return
            yield local.astimezone(UTC)
        elif datetime.combine(day, time(), zone) > end:
            return
        day += DAY


def current_session(plan: StudyPlan, *, seed: int, now: datetime) -> CurrentSession | None:
    """The session that the learner is in now, if any.

    The first learner is online and the second was a few minutes ago; so are some of the others who are awake."""
    rng = Random(f"{seed}/{plan.number}/{now.isoformat()}")
    awake = 8 <= now.astimezone(ZoneInfo(plan.profile.time_zone)).hour < 22
    start = truncate_to_ms(now - timedelta(minutes=rng.uniform(15, 100)))
    online = plan.number == 1 or (plan.number != 2 and rng.random() < 0.6)
    silent_for = timedelta(seconds=rng.uniform(0, 25) if online else rng.uniform(90, 480))
    chosen = plan.number <= 2 or (awake and rng.random() < 0.06)
    if not chosen or not plan.enrollments[0].open_at(start):
        return None
    return CurrentSession(start=start, latest_heartbeat=truncate_to_ms(now - silent_for))


def position_at(last: Event, events: list[Event]) -> float | None:
    """The latest position that the session of `last` reported in its item."""
    for event in reversed(events):
        if event.item_key != last.item_key or event.session_id != last.session_id:
            break
        if event.position is not None:
            return event.position
    return None


def truncate_to_ms(moment: datetime) -> datetime:
    """The moment in UTC, in whole milliseconds."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)
