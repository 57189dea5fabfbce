"""Sessions in Redis: a JSON value for each learner and resume point, and for each course a sorted set of learners by
the time of their latest heartbeat."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from redis.asyncio import Redis

from stores.domain.paging import from_ms, to_ms
from stores.domain.quick_records import maker
from stores.domain.sessions import (
    AWAY_FOR,
    LAST_SEEN_TTL,
    ONLINE_FOR,
    RESUME_POINT_TTL,
    SESSION_TTL,
    Heartbeat,
    Presence,
    PresenceStatus,
    ResumePoint,
    Session,
    status_of,
)
from stores.domain.uuids import uuid_of_text
from stores.errors import Rejected
from stores.ports.sessions import Sessions
from stores.ports.signals import Signals
from stores.redis.client import MILLISECOND, Argument, translate_errors
from stores.redis.pubsub import PubSub
from stores.redis.resume import POINTS, HotPoints, blob_of
from stores.redis.session_scripts import END, TOUCH
from stores.redis.signals import open_mailbox

Blob = dict[str, Any]
make_session, make_presence = maker(Session), maker(Presence)


class RedisSessions(Sessions):
    """`prefix` begins every key and channel. `pubsub` is shared by the stores of one client. Not for a Redis cluster: a
    script uses keys of several slots."""

    def __init__(
        self, client: Redis, *, now: Callable[[], datetime], prefix: str = "q:", pubsub: PubSub | None = None
    ) -> None:
        self._client = client
        self._now = now
        self._prefix = prefix
        self._pubsub = pubsub or PubSub(client)
        self._points = HotPoints(client, now=now, prefix=prefix)
        # The driver sends the digest of a script, and its text only if the server does not have it.
        self._touch = client.register_script(POINTS + TOUCH)
        self._end = client.register_script(END)

    async def ping(self) -> None:
        with translate_errors("sessions"):
            await self._client.ping()

    async def by_learners(self, learner_ids: Sequence[str]) -> Mapping[str, Session]:
        now = self._now()
        kept = await self._blobs(learner_ids)
        sessions = {key: _session(key, blob) for key, blob in kept.items() if not blob.get("ended")}
        return {key: session for key, session in sessions.items() if now - session.last_seen_at < SESSION_TTL}

    async def presence(self, learner_ids: Sequence[str]) -> Mapping[str, Presence]:
        now = self._now()
        kept = await self._blobs(learner_ids)
        return {key: _presence(key, kept.get(key), now) for key in learner_ids}

    async def online(self, course_keys: Sequence[str]) -> Mapping[str, int]:
        after = to_ms(self._now() - ONLINE_FOR)
        with translate_errors("sessions"):
            async with self._client.pipeline(transaction=False) as pipeline:
                for key in course_keys:
                    pipeline.execute_command("ZCOUNT", f"{self._prefix}c:{key}", f"({after}", "+inf")
                counts = await pipeline.execute()
        return {key: count for key, count in zip(course_keys, counts, strict=True) if count}

    async def present(self, course_keys: Sequence[str]) -> Mapping[str, Sequence[Presence]]:
        now = self._now()
        after = to_ms(now - AWAY_FOR)
        with translate_errors("sessions"):
            async with self._client.pipeline(transaction=False) as pipeline:
                for key in course_keys:
                    pipeline.execute_command("ZRANGEBYSCORE", f"{self._prefix}c:{key}", f"({after}", "+inf")
                seen = [[each.decode() for each in members] for members in await pipeline.execute()]
        kept = await self._blobs(sorted({learner_id for members in seen for learner_id in members}))
        everyone = [_presence(learner_id, blob, now) for learner_id, blob in kept.items()]
        here = [one for one in everyone if one.status is not PresenceStatus.OFFLINE]
        return {key: [one for one in here if one.course_key == key] for key in course_keys}

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        return await self._points.by_registrations(registrations)

    async def touch(self, heartbeats: Sequence[Heartbeat]) -> None:
        if not heartbeats:
            return
        arguments: list[Argument] = [self._prefix, to_ms(self._now())]
        arguments += [each // MILLISECOND for each in (AWAY_FOR, SESSION_TTL, LAST_SEEN_TTL, RESUME_POINT_TTL)]
        for beat in heartbeats:
            arguments += _arguments(beat)
        with translate_errors("sessions"):
            await self._touch(args=arguments)

    async def end(self, session_id: str, *, learner_id: str, at: datetime | None = None) -> Session | None:
        arguments: list[Argument] = [
            self._prefix,
            to_ms(self._now()),
            SESSION_TTL // MILLISECOND,
            learner_id,
            session_id,
            "" if at is None else to_ms(at),
        ]
        with translate_errors("sessions"):
            blob = await self._end(args=arguments)
        return None if blob is None else _session(learner_id, orjson.loads(blob))

    async def move(self, points: Sequence[ResumePoint], *, gone: Collection[tuple[UUID, str]] = ()) -> None:
        await self._points.move(points, gone=gone)

    async def unsaved(self, *, most: int) -> Sequence[ResumePoint]:
        return await self._points.unsaved(most=most)

    async def saved(self, points: Sequence[ResumePoint]) -> None:
        await self._points.saved(points)

    def presence_signals(self, course_key: str) -> Signals:
        return open_mailbox(self._pubsub, f"{self._prefix}presence:{course_key}", store="sessions")

    def resume_signals(self, registration: UUID) -> Signals:
        return open_mailbox(self._pubsub, f"{self._prefix}resume:{registration}", store="sessions")

    async def _blobs(self, learner_ids: Sequence[str]) -> dict[str, Blob]:
        if not learner_ids:
            return {}
        with translate_errors("sessions"):
            blobs = await self._client.mget([f"{self._prefix}l:{key}" for key in learner_ids])
        return {key: orjson.loads(blob) for key, blob in zip(learner_ids, blobs, strict=True) if blob is not None}


def _arguments(beat: Heartbeat) -> list[Argument]:
    at = to_ms(beat.at)
    registration = str(beat.registration)
    session = {
        "at": at,
        "id": beat.session_id,
        "item": beat.item_key,
        "device": beat.device,
        "course": beat.course_key,
        "registration": registration,
        "position": beat.position,
    }
    try:
        blob = orjson.dumps(session)
    except orjson.JSONEncodeError:
        raise Rejected("sessions", "a heartbeat with text that is not Unicode") from None
    point = beat.point
    resume = b"" if point is None else blob_of(point)
    return [beat.learner_id, at, beat.session_id, beat.course_key, blob[1:], registration, resume]


def _session(learner_id: str, blob: Blob) -> Session:
    return make_session(
        session_id=blob["id"],
        learner_id=learner_id,
        registration=uuid_of_text(blob["registration"]),
        course_key=blob["course"],
        item_key=blob["item"],
        position=blob["position"],
        device=blob["device"],
        started_at=from_ms(blob["started"]),
        last_seen_at=from_ms(blob["at"]),
    )


def _presence(learner_id: str, blob: Blob | None, now: datetime) -> Presence:
    if blob is None or now - (seen_at := from_ms(blob["at"])) >= LAST_SEEN_TTL:
        return make_presence(learner_id=learner_id, status=PresenceStatus.OFFLINE)
    status = PresenceStatus.OFFLINE if blob.get("ended") else status_of(seen_at, now=now)
    return make_presence(learner_id=learner_id, status=status, last_seen_at=seen_at, course_key=blob["course"])
