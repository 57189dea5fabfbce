"""Sessions in Redis: a blob a learner, a blob a resume point, and a sorted set a course of who was seen when."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from redis.asyncio import Redis

from stores.errors import Rejected
from stores.ports.paging import EPOCH, to_ms
from stores.ports.sessions import (
    ONLINE_FOR,
    RESUME_KEPT,
    SEEN_KEPT,
    SESSION_KEPT,
    Heartbeat,
    Presence,
    PresenceStatus,
    ResumePoint,
    Session,
    Sessions,
    status_of,
)
from stores.redis.client import translated
from stores.redis.scripts import END, TOUCH

MILLISECOND = timedelta(milliseconds=1)
Blob = dict[str, Any]
Argument = str | int | bytes


class RedisSessions(Sessions):
    """`prefix` begins every key. One Redis, not a cluster: a call's keys lie anywhere."""

    def __init__(self, client: Redis, *, now: Callable[[], datetime], prefix: str = "q:") -> None:
        self._client = client
        self._now = now
        self._prefix = prefix
        # Both send the script's digest, and its text only to a server that does not know it (after a restart).
        self._touch = client.register_script(TOUCH)
        self._end = client.register_script(END)

    async def ping(self) -> None:
        with translated("sessions"):
            await self._client.ping()

    async def by_learners(self, learner_ids: Sequence[str]) -> Mapping[str, Session]:
        now = self._now()
        kept = await self._blobs("l", learner_ids)
        sessions = {key: _session(key, blob) for key, blob in kept.items() if not blob.get("ended")}
        return {key: session for key, session in sessions.items() if now - session.last_seen_at < SESSION_KEPT}

    async def presence(self, learner_ids: Sequence[str]) -> Mapping[str, Presence]:
        now = self._now()
        kept = await self._blobs("l", learner_ids)
        return {key: _presence(key, kept.get(key), now) for key in learner_ids}

    async def online(self, course_keys: Sequence[str]) -> Mapping[str, int]:
        after = to_ms(self._now() - ONLINE_FOR)
        with translated("sessions"):
            async with self._client.pipeline(transaction=False) as pipeline:
                for key in course_keys:
                    pipeline.execute_command("ZCOUNT", f"{self._prefix}c:{key}", f"({after}", "+inf")
                counts = await pipeline.execute()
        return {key: count for key, count in zip(course_keys, counts, strict=True) if count}

    async def resume_points(self, registrations: Sequence[UUID]) -> Mapping[UUID, ResumePoint]:
        now = self._now()
        kept = await self._blobs("r", registrations)
        points = {key: _resume_point(key, blob) for key, blob in kept.items()}
        return {key: point for key, point in points.items() if now - point.at < RESUME_KEPT}

    async def touch(self, heartbeats: Sequence[Heartbeat]) -> None:
        if not heartbeats:
            return
        arguments: list[Argument] = [self._prefix, to_ms(self._now())]
        arguments += [each // MILLISECOND for each in (ONLINE_FOR, SESSION_KEPT, SEEN_KEPT, RESUME_KEPT)]
        for beat in heartbeats:
            arguments += _arguments(beat)
        with translated("sessions"):
            await self._touch(args=arguments)

    async def end(self, session_id: str, *, learner_id: str) -> Session | None:
        arguments: list[Argument] = [
            self._prefix,
            to_ms(self._now()),
            SESSION_KEPT // MILLISECOND,
            learner_id,
            session_id,
        ]
        with translated("sessions"):
            blob = await self._end(args=arguments)
        return None if blob is None else _session(learner_id, orjson.loads(blob))

    async def _blobs(self, kind: str, keys: Sequence[Any]) -> dict[Any, Blob]:
        if not keys:
            return {}
        with translated("sessions"):
            blobs = await self._client.mget([f"{self._prefix}{kind}:{key}" for key in keys])
        return {key: orjson.loads(blob) for key, blob in zip(keys, blobs, strict=True) if blob is not None}


def _arguments(beat: Heartbeat) -> list[Argument]:
    at = to_ms(beat.at)
    registration = str(beat.registration)
    point = {"at": at, "id": beat.session_id, "item": beat.item_key, "position": beat.position, "device": beat.device}
    try:
        blob = orjson.dumps(point | {"course": beat.course_key, "registration": registration})
        resume = orjson.dumps(point) if beat.item_key is not None else b""
    except orjson.JSONEncodeError:
        raise Rejected("sessions", "a heartbeat that cannot be kept") from None
    return [beat.learner_id, at, beat.session_id, beat.course_key, blob[1:], registration, resume]


def _session(learner_id: str, blob: Blob) -> Session:
    return Session(
        session_id=blob["id"],
        learner_id=learner_id,
        registration=UUID(blob["registration"]),
        course_key=blob["course"],
        item_key=blob["item"],
        position=blob["position"],
        device=blob["device"],
        started_at=_moment(blob["started"]),
        last_seen_at=_moment(blob["at"]),
    )


def _presence(learner_id: str, blob: Blob | None, now: datetime) -> Presence:
    if blob is None or now - (seen_at := _moment(blob["at"])) >= SEEN_KEPT:
        return Presence(learner_id=learner_id, status=PresenceStatus.OFFLINE)
    status = PresenceStatus.OFFLINE if blob.get("ended") else status_of(seen_at, now=now)
    return Presence(learner_id=learner_id, status=status, last_seen_at=seen_at, course_key=blob["course"])


def _resume_point(registration: UUID, blob: Blob) -> ResumePoint:
    return ResumePoint(
        registration=registration,
        item_key=blob["item"],
        position=blob["position"],
        at=_moment(blob["at"]),
        device=blob["device"],
        id=blob["id"],
    )


def _moment(ms: int) -> datetime:
    return EPOCH + ms * MILLISECOND
