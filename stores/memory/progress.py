"""Progress in plain dicts: what the port means. Every write folds all the events of a registration again."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from stores.domain.admission import LedgerEntry, accepted, admit, check_enrollments, check_events
from stores.domain.catalog import CourseVersion, Item
from stores.domain.commit import make_commit, republished_commits
from stores.domain.events import Event, digest
from stores.domain.item_progress import ATTEMPTS, outcome
from stores.domain.outbox import Commit, Consumer
from stores.domain.paging import Page, decode, encode, to_ms
from stores.domain.progress import (
    Attempt,
    Certificate,
    CourseProgress,
    Enrollment,
    EnrollmentState,
    ItemProgress,
    Verdict,
    VerdictStatus,
)
from stores.domain.progress_projection import course_indexes, initial_state, refold, without_voided
from stores.domain.sessions import ResumePoint
from stores.memory.attempts import attempts_of
from stores.memory.outbox import MemoryOutbox
from stores.memory.pages import UNDATED, enrolment_cursor, newest_first, pages
from stores.memory.registration_states import RegistrationStates
from stores.ports.progress import Progress


class MemoryProgress(Progress):
    """What follows from commits goes into `outbox`."""

    def __init__(self, *, codes: Callable[[], str] = secrets.token_urlsafe, outbox: MemoryOutbox | None = None) -> None:
        self._codes = codes
        self._outbox = outbox or MemoryOutbox()
        self._commits = Counter[UUID]()
        self._resume: dict[UUID, ResumePoint] = {}
        self._enrolled = RegistrationStates()
        self._ledger: defaultdict[UUID, list[Event]] = defaultdict(list)
        self._known: dict[UUID, LedgerEntry] = {}
        self._outcomes: dict[UUID, bool | None] = {}
        self._certificates: dict[UUID, Certificate] = {}

    async def ping(self) -> None:
        return None

    async def by_registrations(self, registrations: Sequence[UUID]) -> Mapping[UUID, Enrollment]:
        return {key: self._enrolled.of[key].enrollment for key in registrations if key in self._enrolled.of}

    async def by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
        after: str | None,
        first: int,
    ) -> Mapping[str, Page[Enrollment]]:
        past = None
        if after is not None:
            ms, registration = decode("progress", after, int | None, UUID)
            past = (-int(ms) if ms else UNDATED, UUID(registration))
        rows = {key: self._enrolled.of_learner(key, states, courses) for key in learner_ids}
        return pages(rows, order=newest_first, cursor=enrolment_cursor, past=past, first=first)

    async def by_courses(
        self, course_keys: Sequence[str], *, states: Collection[EnrollmentState] | None, after: str | None, first: int
    ) -> Mapping[str, Page[Enrollment]]:
        past = None if after is None else (0.0, UUID(decode("progress", after, UUID)[0]))
        rows = {key: self._enrolled.of_course(key, states) for key in course_keys}
        return pages(
            rows,
            order=lambda row: (0.0, row.registration),
            cursor=lambda row: encode(str(row.registration)),
            past=past,
            first=first,
        )

    async def count_by_learners(
        self,
        learner_ids: Sequence[str],
        *,
        states: Collection[EnrollmentState] | None,
        courses: Collection[str] | None,
    ) -> Mapping[str, int]:
        return {key: len(self._enrolled.of_learner(key, states, courses)) for key in learner_ids}

    async def count_by_courses(
        self, course_keys: Sequence[str], *, states: Collection[EnrollmentState] | None
    ) -> Mapping[str, int]:
        return {key: len(self._enrolled.of_course(key, states)) for key in course_keys}

    async def course_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, CourseProgress]:
        return {key: self._enrolled.of[key].course for key in registrations if key in self._enrolled.of}

    async def item_progress(self, registrations: Sequence[UUID]) -> Mapping[UUID, Mapping[str, ItemProgress]]:
        known = {key: self._enrolled.of[key].items for key in registrations if key in self._enrolled.of}
        return {key: items for key, items in known.items() if items}

    async def attempts(
        self, registrations: Sequence[UUID], *, item: str | None, after: str | None, first: int
    ) -> Mapping[UUID, Page[Attempt]]:
        past = None
        if after is not None:
            ms, event_id = decode("progress", after, int, UUID)
            past = (int(ms), UUID(event_id))
        rows = {
            key: [row for row in attempts_of(self._ledger.get(key, ()), self._outcomes) if item in (None, row.item_key)]
            for key in registrations
        }
        return pages(
            rows,
            order=lambda row: (to_ms(row.at), row.event_id),
            cursor=lambda row: encode(to_ms(row.at), str(row.event_id)),
            past=past,
            first=first,
        )

    async def certificates(self, registrations: Sequence[UUID]) -> Mapping[UUID, Certificate]:
        return {key: self._certificates[key] for key in registrations if key in self._certificates}

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        return {key: self._resume[key] for key in registrations if key in self._resume}

    async def checkpoint(self, points: Sequence[ResumePoint]) -> None:
        for point in points:
            kept = self._resume.get(point.registration)
            if point.position is not None and (kept is None or (point.at, point.id) > (kept.at, kept.id)):
                self._resume[point.registration] = point

    async def revoke(self, registration: UUID, *, at: datetime, because: str) -> Certificate | None:
        kept = self._certificates.get(registration)
        if kept is not None and kept.revoked_at is None:
            kept = self._certificates[registration] = replace(kept, revoked_at=at, revoked_because=because)
        return kept

    async def ledger(self, event_ids: Sequence[UUID]) -> Mapping[UUID, Event]:
        of = {self._known[key].registration for key in event_ids if key in self._known}
        events = {event.id: event for registration in of for event in self._ledger[registration]}
        return {key: events[key] for key in event_ids if key in events}

    async def voided(self, events: Sequence[Event]) -> Collection[UUID]:
        return {one.id for one in events if one not in without_voided([one, *self._ledger.get(one.registration, ())])}

    async def enroll(self, enrollments: Sequence[Enrollment], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        check_enrollments(enrollments)
        index_of = course_indexes(items)
        states = [initial_state(row, index_of(row.pin)) for row in enrollments]
        return sum(map(self._enrolled.add, states))

    async def record(
        self,
        events: Sequence[Event],
        *,
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment] = (),
    ) -> Sequence[Verdict]:
        verdicts, commits = await self._record(events, items, enrollments)
        self._outbox.add(commits)
        return verdicts

    async def load(
        self, events: Sequence[Event], *, items: Mapping[CourseVersion, Sequence[Item]]
    ) -> Sequence[Verdict]:
        verdicts, _ = await self._record(events, items, ())
        return verdicts

    async def republish(self, registrations: Sequence[UUID]) -> int:
        told = 0
        for key in dict.fromkeys(registrations):
            if ledger := self._ledger.get(key):
                row, after = self._enrolled.of[key].enrollment, self._commits[key]
                commits = republished_commits(row, ledger, after=after, at=self._outbox.now())
                self._outbox.add(commits, consumers=[Consumer.TIMELINE])
                self._commits[key] += len(commits)
                told += len(ledger)
        return told

    async def _record(
        self,
        events: Sequence[Event],
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment],
    ) -> tuple[Sequence[Verdict], list[Commit]]:
        check_events(events)
        old = set(self._enrolled.of)
        await self.enroll(enrollments, items=items)
        index_of = course_indexes(items)
        enrolled_as = await self.by_registrations([event.registration for event in events])
        course_of = {key: index_of(row.pin) for key, row in enrolled_as.items()}
        digests = [digest(event) for event in events]
        item_keys = {key: course.by_key for key, course in course_of.items()}
        known = {key: self._known[key] for event in events for key in (event.id, event.voids) if key in self._known}
        verdicts = admit(events, digests, known=known, enrollments=enrolled_as, item_keys=item_keys)
        for key in self._enrolled.of.keys() - old - accepted(events, verdicts):
            self._enrolled.forget(key)
        new: defaultdict[UUID, list[Event]] = defaultdict(list)
        for event, sha256, verdict in zip(events, digests, verdicts, strict=True):
            if verdict.status is not VerdictStatus.ACCEPTED:
                continue
            new[event.registration].append(event)
            self._known[event.id] = LedgerEntry(event.registration, sha256)
            self._ledger[event.registration].append(event)
            if event.verb in ATTEMPTS and event.item_key is not None:
                self._outcomes[event.id] = outcome(event, course_of[event.registration].by_key[event.item_key])
        commits = []
        for key, fresh in new.items():
            before, ledger = self._enrolled.of[key], self._ledger[key]
            after = self._enrolled.of[key] = refold(before, ledger, course_of[key])
            if after.course.satisfied_at is not None and key not in self._certificates:
                self._certificates[key] = Certificate(
                    registration=key, issued_at=after.course.satisfied_at, verify_code=self._codes()
                )
            self._commits[key] += 1
            commit = make_commit(
                before, after, fresh, ledger, course_of[key], number=self._commits[key], at=self._outbox.now()
            )
            if key in self._resume and self._resume[key].id in {str(event.id) for event in commit.voided}:
                del self._resume[key]
            await self.checkpoint([] if commit.resume is None else [commit.resume])
            commits.append(commit)
        return verdicts, commits
