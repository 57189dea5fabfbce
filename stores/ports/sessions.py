"""The port of sessions: where a learner is now, and where they stopped. Hot state with expiry, in Redis by default."""

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
    """Sessions, presence and hot resume points. Implementations get the clock as a parameter (`now`), so that tests and
    replays can set it. How long each is kept stands in `stores.domain.sessions`."""

    async def by_learners(self, learner_ids: Sequence[str]) -> Mapping[str, Session]:
        """The current session of each learner; learners without one are absent."""

    async def presence(self, learner_ids: Sequence[str]) -> Mapping[str, Presence]:
        """The presence of every given learner: OFFLINE without `last_seen_at` where nothing is known."""

    async def online(self, course_keys: Sequence[str]) -> Mapping[str, int]:
        """How many learners are ONLINE in each course. A learner counts in the course of their latest heartbeat.
        Courses without any may be absent."""

    async def present(self, course_keys: Sequence[str]) -> Mapping[str, Sequence[Presence]]:
        """The learners who are ONLINE or AWAY in each course (the course of their latest heartbeat), ordered by learner
        id. Courses without any may be absent."""

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        """The hot resume point of each registration; absent where there is none."""

    async def touch(self, heartbeats: Sequence[Heartbeat]) -> None:
        """Store heartbeats: they move sessions, presence and resume points forward, in one round trip.

        A heartbeat counts where it is later by `(at, session_id)` than what is stored of its learner (session,
        presence) or of its registration (resume point), so repetition changes nothing. The order of heartbeats matters
        for two fields of a session only: `started_at`, and `position` where the latest heartbeat has none. A new
        session id starts a session at its `at`, and so does a heartbeat after a session ended or expired.

        A heartbeat without an item or a position leaves the resume point as it is. Without a position it also leaves
        the position of the session if the session stays at the same item.
        """

    async def end(self, session_id: str, *, learner_id: str, at: datetime | None = None) -> Session | None:
        """End this session of the learner and return it. The learner is OFFLINE at once and keeps `last_seen_at`.
        Returns None and changes nothing if it is not the learner's current session or has a heartbeat after `at`."""

    async def move(self, points: Sequence[ResumePoint], *, gone: Collection[tuple[UUID, str]] = ()) -> None:
        """Apply what the ledger did to resume points.

        First delete the hot points whose (registration, id) is in `gone`, because their event was voided; then move
        to each of `points` that has a position and is later by `(at, id)` than the stored one. The ledger has these
        points, so a point that was moved or deleted here is not `unsaved`.
        """

    async def unsaved(self, *, most: int) -> Sequence[ResumePoint]:
        """At most `most` hot resume points that heartbeats moved and that are not `saved` yet, those that wait longest
        first. Expired points are left out."""

    async def saved(self, points: Sequence[ResumePoint]) -> None:
        """Mark these points as stored durably. A point that moved since, by `(at, id)`, stays unsaved."""

    def presence_signals(self, course_key: str) -> Signals:
        """Signals with the ids of learners whose presence in this course may have changed by a heartbeat or by the end
        of a session. Presence that changes by time alone sends no signal."""

    def resume_signals(self, registration: UUID) -> Signals:
        """Signals that the hot resume point of this registration may have moved. The key is the registration."""
