"""Sessions: where a learner is just now, and where they stopped. Hot state with expiry, owned by Redis at first."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from stores.domain.sessions import (
    Heartbeat,
    Presence,
    ResumePoint,
    Session,
)
from stores.ports.pinger import Pinger
from stores.ports.signals import Signals


class Sessions(Pinger, Protocol):
    """The clock is the backend's parameter (`now`), so that presence can be tested and replayed."""

    async def by_learners(self, learner_ids: Sequence[str]) -> Mapping[str, Session]:
        """Each learner's current session; absent where there is none."""

    async def presence(self, learner_ids: Sequence[str]) -> Mapping[str, Presence]:
        """Every learner asked for: OFFLINE and never seen where nothing is known."""

    async def online(self, course_keys: Sequence[str]) -> Mapping[str, int]:
        """How many learners are ONLINE in each course (in the course of their latest heartbeat); zero may be absent."""

    async def present(self, course_keys: Sequence[str]) -> Mapping[str, Sequence[Presence]]:
        """Everyone who is ONLINE or AWAY in each course (that of their latest heartbeat), by learner id; courses
        without any may be absent."""

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        """Hot resume points; absent where none is kept."""

    async def touch(self, heartbeats: Sequence[Heartbeat]) -> None:
        """Move sessions, presence and (where there is an item) resume points on; one round trip however many. A
        heartbeat not later than what is kept of its learner (session, presence) or registration (resume point) by
        `(at, session_id)` changes nothing of it, so order and repetition do not matter (but to `started_at`). A new
        session id starts a session at its `at`, and so does one that was ended or forgotten."""

    async def end(self, session_id: str, *, learner_id: str, at: datetime | None = None) -> Session | None:
        """End this learner's session: it is gone, and the learner OFFLINE with `last_seen_at` kept; returns it. None
        (and nothing changed) when it is not the learner's current one, or went on after `at`."""

    async def move(self, points: Sequence[ResumePoint], *, gone: Collection[tuple[UUID, str]] = ()) -> None:
        """Forget the hot resume points whose (registration, id) is among `gone`; then move on to each of `points` that
        is later by `(at, id)` than what is kept. They are the ledger's, hence kept already: where one moved, or
        one was forgotten, nothing is unsaved."""

    async def unsaved(self, *, most: int) -> Sequence[ResumePoint]:
        """Hot resume points that heartbeats moved since they were last `saved`, those that wait longest first. One that
        was forgotten meanwhile waits no more."""

    async def saved(self, points: Sequence[ResumePoint]) -> None:
        """These are kept durably. One that moved on meanwhile, by `(at, id)`, stays unsaved."""

    def presence_signals(self, course_key: str) -> Signals:
        """Learner ids whose presence in this course may have changed by a heartbeat or an end (not by time)."""

    def resume_signals(self, registration: UUID) -> Signals:
        """That a registration's hot resume point may have moved. The keys are the registration."""
