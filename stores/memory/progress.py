"""Progress in plain dicts: the reference implementation of the port. Every write refolds whole registrations."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from stores.domain.admission import (
    LedgerEntry,
    accepted_registrations,
    admit,
    check_enrollments,
    with_slots,
)
from stores.domain.catalog import CourseVersion, Item
from stores.domain.commit import make_commit
from stores.domain.event_digest import digest
from stores.domain.event_validity import check_events
from stores.domain.events import Event
from stores.domain.item_progress import ATTEMPTS, outcome
from stores.domain.outbox import Commit
from stores.domain.progress import Certificate, Enrollment, Verdict, VerdictStatus
from stores.domain.progress_projection import CourseIndex, course_indexes, initial_state, refold
from stores.domain.rebuilds import Rebuild, RebuildPosition, is_further
from stores.domain.sessions import ResumePoint
from stores.domain.slots import assign_slots, moment_of
from stores.memory.outbox import MemoryOutbox
from stores.memory.progress_reads import MemoryProgressReads
from stores.ports.progress import Progress
from stores.ports.traceable import Traceable


class MemoryProgress(MemoryProgressReads, Progress, Traceable):
    """The port over plain dicts. Commits go to `outbox`; `codes` makes the verification codes of certificates. The port
    documents the methods."""

    def __init__(self, outbox: MemoryOutbox | None = None, *, codes: Callable[[], str] = secrets.token_urlsafe) -> None:
        super().__init__()
        self._codes = codes
        self._outbox = outbox or MemoryOutbox()
        self._commits = Counter[UUID]()
        self._traceparent: str | None = None

    def in_trace(self, traceparent: str) -> "MemoryProgress":
        traced = copy(self)  # it has the same dicts
        traced._traceparent = traceparent  # noqa: SLF001 - of its own class
        return traced

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
        on_start: Callable[[], None] | None = None,
    ) -> Sequence[Verdict]:
        if on_start is not None:
            on_start()
        verdicts, commits = await self._record(events, items, enrollments)
        self._outbox.add(commits)
        return verdicts

    async def load(
        self, events: Sequence[Event], *, items: Mapping[CourseVersion, Sequence[Item]]
    ) -> Sequence[Verdict]:
        verdicts, _ = await self._record(events, items, ())
        return verdicts

    async def refold(self, registrations: Sequence[UUID], *, items: Mapping[CourseVersion, Sequence[Item]]) -> int:
        index_of = course_indexes(items)
        changed = 0
        for key in dict.fromkeys(registrations):
            if key not in self._enrolled.of:
                continue
            commit = self._refold(key, (), index_of(self._enrolled.of[key].enrollment.pin))
            if commit.progress is None:
                self._commits[key] -= 1  # nothing changed: there is no commit
            else:
                self._outbox.add([commit])
                changed += 1
        return changed

    async def recount(self, course_keys: Sequence[str]) -> int:
        return 0

    async def start_rebuild(self, rebuild: Rebuild) -> None:
        self._rebuilds.setdefault(rebuild, RebuildPosition(started_at=self._outbox.now()))

    async def advance_rebuild(self, rebuild: Rebuild, position: RebuildPosition | None) -> None:
        if position is None:
            self._rebuilds.pop(rebuild, None)
        elif (kept := self._rebuilds.get(rebuild)) is not None and is_further(position, kept):
            self._rebuilds[rebuild] = position

    async def _record(
        self,
        events: Sequence[Event],
        items: Mapping[CourseVersion, Sequence[Item]],
        enrollments: Sequence[Enrollment],
    ) -> tuple[Sequence[Verdict], list[Commit]]:
        check_events(events, store="progress")
        old = set(self._enrolled.of)
        await self.enroll(enrollments, items=items)
        index_of = course_indexes(items)
        enrolled_as = await self.by_registrations([event.registration for event in events])
        course_of = {key: index_of(row.pin) for key, row in enrolled_as.items()}
        digests = [digest(event) for event in events]
        item_keys = {key: course.by_key for key, course in course_of.items()}
        known = {key: self._known[key] for event in events for key in (event.id, event.voids) if key in self._known}
        verdicts = admit(events, digests, known=known, enrollments=enrolled_as, item_keys=item_keys)
        for key in self._enrolled.of.keys() - old - accepted_registrations(events, verdicts):
            self._enrolled.forget(key)
        accepted = [place for place, one in enumerate(verdicts) if one.status is VerdictStatus.ACCEPTED]
        slots = assign_slots({events[place].id: moment_of(events[place]) for place in accepted}, self._slots)
        new: defaultdict[UUID, list[Event]] = defaultdict(list)
        for place in accepted:
            event = replace(events[place], slot=slots[events[place].id])
            new[event.registration].append(event)
            self._known[event.id] = LedgerEntry(event.registration, digests[place], event.slot)
            self._slots[moment_of(event)].add(slots[event.id])
            self._ledger[event.registration].append(event)
            if event.verb in ATTEMPTS and event.item_key is not None:
                self._outcomes[event.id] = outcome(event, course_of[event.registration].by_key[event.item_key])
        commits = []
        for key, fresh in new.items():
            commit = self._refold(key, fresh, course_of[key])
            if key in self._resume and self._resume[key].id in {str(event.id) for event in commit.voided}:
                del self._resume[key]
            await self.checkpoint([] if commit.resume is None else [commit.resume])
            commits.append(commit)
        return with_slots(
            verdicts, {event.id: self._known[event.id].slot for event in events if event.id in self._known}
        ), commits

    def _refold(self, key: UUID, new: Sequence[Event], index: CourseIndex) -> Commit:
        """Fold a registration's ledger, `new` among it; return the commit that this makes."""
        before, ledger = self._enrolled.of[key], self._ledger[key]
        after = self._enrolled.of[key] = refold(before, ledger, index)
        if after.course.satisfied_at is not None and key not in self._certificates:
            self._certificates[key] = Certificate(
                registration=key, issued_at=after.course.satisfied_at, verify_code=self._codes()
            )
        self._commits[key] += 1
        whole = ledger if new else None
        return make_commit(
            before,
            after,
            new,
            whole,
            index,
            number=self._commits[key],
            at=self._outbox.now(),
            traceparent=self._traceparent,
        )
