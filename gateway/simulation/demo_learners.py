"""The demo's learners go on studying, for ever: a few at a time, one after the other, the same for the same seed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from gateway.datasets.demo.courses import OUTLINES, demo_courses
from gateway.datasets.demo.profiles import learner_id
from gateway.datasets.demo.study_plan import study_plan
from gateway.simulation.next_sitting import enrollment_of, pace_of, sitting
from gateway.simulation.restamp import Fresh
from gateway.simulation.scheduler import Now, Step, Wait, steadily
from gateway.simulation.simulated_session import Seat
from gateway.simulation.simulated_writes import SimulatedWrites
from resolvers.writes.enrollments import Enroll
from stores.domain.catalog import Course, CourseVersion
from stores.domain.events import Event
from stores.domain.progress import Enrollment, EnrollmentState
from stores.errors import Rejected
from stores.ports.stores import Stores

BEAT = timedelta(seconds=16)
"""From heartbeat to heartbeat."""
ARRIVING = timedelta(seconds=10)
"""Within it all seats are taken at first, one after the other."""


class Learners:
    """`seed` and `learners`: of the dataset that is there; `rate`: events a second, about. Everything is read from the
    stores and written through them as a client's writes would be; whoever publishes those publishes these."""

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
    ) -> None:
        self._stores = stores
        self._seed = seed
        self._learners = learners
        self._term = term
        self._now = now
        self._wait = wait
        self._pace = pace_of(rate, learners=learners)
        start, seats = now(), self._pace.seats
        self._seats = [Seat(due=start + ARRIVING * place / seats) for place in range(seats)]
        self._sittings = 0
        self._unwritten: list[Event] = []
        random_bytes = Random(f"{seed}/live/{start.isoformat()}").randbytes
        self._fresh = Fresh(random_bytes)
        self._writes = SimulatedWrites(stores, deadlines=deadlines, now=now, random_bytes=random_bytes)

    @property
    def at_a_time(self) -> int:
        return self._pace.seats

    async def run(self) -> None:
        now = self._now()
        steps = [Step("studying", self._study, due=now), Step("heartbeats", self._beat, due=now + BEAT)]
        await steadily(steps, now=self._now, wait=self._wait)

    async def _beat(self) -> datetime:
        now = self._now()
        beats = [beat for seat in self._seats if (beat := seat.heartbeat(now)) is not None]
        await self._writes.send_heartbeats(beats)
        return now + BEAT

    async def _study(self) -> datetime:
        """What is due, all in one append. Events that could not be written are written, before others happen."""
        if not self._unwritten:
            now = self._now()
            due = [seat for seat in self._seats if seat.due <= now]
            for seat in due:
                if not seat.to_come:
                    await self._sit_down(seat, now)
            self._unwritten = [self._fresh(seat.happens(now), now) for seat in due]
        try:
            await self._writes.record(self._unwritten)
        except Rejected:
            self._unwritten = []  # they would be rejected for ever
            raise
        self._unwritten = []
        return min(seat.due for seat in self._seats)

    async def _sit_down(self, seat: Seat, now: datetime) -> None:
        """Somebody comes to a free seat. The dice are this sitting's own: they fall alike after a store was away."""
        rng = Random(f"{self._seed}/live/{self._sittings}")
        number = self._whoever_is_free(rng)
        enrollment, course = await self._place_of(number, rng, now)
        rows = (await self._stores.progress.item_progress([enrollment.registration])).get(enrollment.registration, {})
        plan = study_plan(number, seed=self._seed, term=self._term, courses=demo_courses(self._term))
        events = sitting(enrollment, course, rows, rng=rng, skill=plan.skill, start=now, quick=self._pace.quick)
        seat.to_come.extend(events)
        seat.number, seat.device = number, plan.device
        self._sittings += 1

    def _whoever_is_free(self, rng: Random) -> int:
        """The first learner is for examples, and always about."""
        seated = {seat.number for seat in self._seats}
        number = 1
        while number in seated:
            number = rng.randint(1, self._learners)
        return number

    async def _place_of(self, number: int, rng: Random, now: datetime) -> tuple[Enrollment, Course]:
        """Where a learner studies now: in a course they are not through with; else in one that is new to them; else
        in any again."""
        learner, progress = learner_id(number), self._stores.progress
        pages = await progress.by_learners([learner], states=None, courses=OUTLINES, after=None, first=len(OUTLINES))
        there = pages[learner].rows if learner in pages else ()
        mine = [row for row in there if row.state is not EnrollmentState.WITHDRAWN]
        rollups = await progress.course_progress([row.registration for row in mine])
        unfinished = [row for row in mine if not rollups[row.registration].satisfied]
        if unfinished or len(there) >= len(OUTLINES):
            chosen = rng.choice(unfinished or mine or there)
            courses: Mapping[CourseVersion, Course] = await self._stores.catalog.versions([chosen.pin])
            return chosen, courses[chosen.pin]
        known = {row.course_key for row in there}
        newest = await self._stores.catalog.latest([key for key in OUTLINES if key not in known])
        course = newest[rng.choice(sorted(newest))]
        enrollment = enrollment_of(number, course, seed=self._seed)
        await self._writes.enroll(
            Enroll(
                id=self._fresh.new_id(now),
                learner_id=enrollment.learner_id,
                course_key=enrollment.course_key,
                registration=enrollment.registration,
                at=now,
                attributes=enrollment.attributes,
            )
        )
        return enrollment, course
