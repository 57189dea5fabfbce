"""The demo's learners study for ever: some at a time, one after the other. The same seed gives the same sessions."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from random import Random

from gateway.datasets.demo.courses import OUTLINES, demo_courses
from gateway.datasets.demo.profiles import learner_id
from gateway.datasets.demo.study_plan import study_plan
from gateway.simulation.next_session import pace_for, registration_of, session_events
from gateway.simulation.periodic_tasks import Now, PeriodicTask, Wait, run_periodically
from gateway.simulation.restamper import Restamper
from gateway.simulation.session_slot import SessionSlot
from gateway.simulation.simulated_writes import SimulatedWrites
from resolvers.writes.enrollments import Enroll
from stores.domain.catalog import Course
from stores.domain.events import Event
from stores.domain.progress import Enrollment, EnrollmentState
from stores.errors import Rejected
from stores.ports.stores import Stores

HEARTBEAT_INTERVAL = timedelta(seconds=16)
FIRST_SESSIONS_WITHIN = timedelta(seconds=10)
"""The first sessions start one after the other within this time."""


class DemoLearners:
    """Simulates the learners of a loaded dataset (`seed`, `learners`, start of its `term`).

    Learners whose ids are in `resting` do not study: at most one in three.
    `rate` is about how many events they make per second. Progress is read from the stores, and everything is written
    as clients write it, so that the gateway's relay publishes it."""

    def __init__(
        self,
        stores: Stores,
        *,
        deadlines: Mapping[str, timedelta],
        seed: int,
        learners: int,
        term: datetime,
        rate: float,
        now: Now,
        wait: Wait,
        resting: Collection[str] = (),
    ) -> None:
        self._stores = stores
        self._seed = seed
        self._learners = learners
        self._term = term
        self._resting = resting
        self._now = now
        self._wait = wait
        self._pace = pace_for(rate, learners=learners)
        start, slots = now(), self._pace.sessions
        self._slots = [SessionSlot(due=start + FIRST_SESSIONS_WITHIN * number / slots) for number in range(slots)]
        self._sessions_started = 0
        self._unwritten: list[Event] = []
        random_bytes = Random(f"{seed}/live/{start.isoformat()}").randbytes
        self._restamper = Restamper(random_bytes)
        self._writes = SimulatedWrites(stores, deadlines=deadlines, now=now, random_bytes=random_bytes)

    @property
    def sessions(self) -> int:
        """How many learners study at a time."""
        return self._pace.sessions

    async def run(self) -> None:
        """Study until cancelled."""
        now = self._now()
        tasks = [
            PeriodicTask("simulated events", self._study, due=now),
            PeriodicTask("simulated heartbeats", self._send_heartbeats, due=now + HEARTBEAT_INTERVAL),
        ]
        await run_periodically(tasks, now=self._now, wait=self._wait)

    async def _send_heartbeats(self) -> datetime:
        now = self._now()
        heartbeats = [heartbeat for slot in self._slots if (heartbeat := slot.heartbeat(now)) is not None]
        await self._writes.send_heartbeats(heartbeats)
        return now + HEARTBEAT_INTERVAL

    async def _study(self) -> datetime:
        """Record the events that are due, in one call. Events that could not be written come before new ones."""
        if not self._unwritten:
            now = self._now()
            due = [slot for slot in self._slots if slot.due <= now]
            for slot in due:
                if not slot.pending:
                    await self._start_session(slot, now)
            self._unwritten = [self._restamper.restamp(slot.take_event(now), now) for slot in due]
        try:
            await self._writes.record(self._unwritten)
        except Rejected:
            self._unwritten = []  # a repetition would be rejected, too
            raise
        self._unwritten = []
        return min(slot.due for slot in self._slots)

    async def _start_session(self, slot: SessionSlot, now: datetime) -> None:
        """Let a learner start a session. Its random numbers depend on its number alone, so that a repetition after a
        store error makes the same choices."""
        rng = Random(f"{self._seed}/live/{self._sessions_started}")
        number = self._choose_learner(rng)
        enrollment, course = await self._choose_enrollment(number, rng, now)
        rows = (await self._stores.progress.item_progress([enrollment.registration])).get(enrollment.registration, {})
        plan = study_plan(number, seed=self._seed, term=self._term, courses=demo_courses(self._term))
        events = session_events(
            enrollment, course, rows, rng=rng, skill=plan.skill, start=now, speedup=self._pace.speedup
        )
        slot.pending.extend(events)
        slot.number, slot.device = number, plan.device
        self._sessions_started += 1

    def _choose_learner(self, rng: Random) -> int:
        """A learner without a session. The first one, who is used in examples, always comes first."""
        busy = {slot.number for slot in self._slots}
        number = 1
        while number in busy or learner_id(number) in self._resting:
            number = rng.randint(1, self._learners)
        return number

    async def _choose_enrollment(self, number: int, rng: Random, now: datetime) -> tuple[Enrollment, Course]:
        """What a learner studies: a course that they have not finished, else a new one, else any of theirs again."""
        learner, progress = learner_id(number), self._stores.progress
        pages = await progress.by_learners([learner], states=None, courses=OUTLINES, after=None, first=len(OUTLINES))
        existing = pages[learner].rows if learner in pages else ()
        staying = [row for row in existing if row.state is not EnrollmentState.WITHDRAWN]
        rollups = await progress.course_progress([row.registration for row in staying])
        unfinished = [row for row in staying if not rollups[row.registration].satisfied]
        if unfinished or len(existing) >= len(OUTLINES):
            chosen = rng.choice(unfinished or staying or existing)
            return chosen, (await self._stores.catalog.versions([chosen.pin]))[chosen.pin]
        known = {row.course_key for row in existing}
        newest = await self._stores.catalog.latest([key for key in OUTLINES if key not in known])
        course = newest[rng.choice(sorted(newest))]
        return await self._enroll(learner, course, now), course

    async def _enroll(self, learner: str, course: Course, now: datetime) -> Enrollment:
        enrollment = Enrollment(
            registration=registration_of(learner, course.key, seed=self._seed),
            learner_id=learner,
            course_key=course.key,
            course_version=course.version,
            attributes={"cohort": "live"},
        )
        command = Enroll(
            id=self._restamper.new_id(now),
            learner_id=learner,
            course_key=course.key,
            registration=enrollment.registration,
            at=now,
            attributes=enrollment.attributes,
        )
        await self._writes.enroll(command)
        return enrollment
