"""The pages of learners, written by hand: each reads what it can at once, builds records and then the JSON.

A page returns what GraphQL returns as `data` for the query of the same case.
"""

import asyncio
import base64
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from gateway.runtime.clock import utc_now
from stores.domain.paging import from_ms
from stores.domain.sessions import PresenceStatus, status_of
from tests.bench.hand.drivers import Drivers
from tests.bench.hand.records import Enrolled, Progress, enrolled, event, progress, shown

OF_COURSE = """SELECT registration, learner_id, course_key, course_version, state
FROM enrollments WHERE course_key = $1 AND state IN ('ACTIVE', 'COMPLETED') ORDER BY registration LIMIT 50"""
OF_LEARNERS = """SELECT found.registration, found.learner_id, found.course_key, found.course_version, found.state
FROM unnest($1::text[]) AS asked(key)
CROSS JOIN LATERAL (
    SELECT registration, learner_id, course_key, course_version, state, enrolled_at FROM enrollments
    WHERE learner_id = asked.key ORDER BY enrolled_at IS NULL, enrolled_at DESC, registration LIMIT $2
) AS found
ORDER BY found.enrolled_at IS NULL, found.enrolled_at DESC, found.registration"""
PROGRESS = """SELECT registration, completion, items_done, items_total, score, last_activity_at
FROM course_progress WHERE registration = ANY($1::text[]::uuid[])"""
SLOTS_OF_MS = 1_000_000
Json = dict[str, Any]


async def progress_of(drivers: Drivers, rows: Sequence[Enrolled]) -> dict[UUID, Progress]:
    """The progress of these enrolments."""
    found = await drivers.rows(PROGRESS, [str(row.registration) for row in rows])
    return {row[0]: progress(row) for row in found}


async def enrollments_of(
    drivers: Drivers, learner_ids: Sequence[str], first: int
) -> tuple[dict[str, list[Enrolled]], dict[UUID, Progress], Mapping[tuple[str, int], str]]:
    """The newest enrolments of each learner, their progress, and the titles of their courses."""
    rows = [enrolled(row) for row in await drivers.rows(OF_LEARNERS, learner_ids, first)]
    done, titles = await asyncio.gather(
        progress_of(drivers, rows), drivers.course_titles({(row.course_key, row.course_version) for row in rows})
    )
    of_learner: defaultdict[str, list[Enrolled]] = defaultdict(list)
    for row in rows:
        of_learner[row.learner_id].append(row)
    return of_learner, done, titles


def key_of(global_id: str) -> str:
    """The learner id in a global id."""
    return base64.b64decode(global_id).decode().removeprefix("Learner:")


async def grid(drivers: Drivers, variables: Mapping[str, Any]) -> Json:
    """The instructor's grid: fifty learners of a course."""
    course_key = variables["course"]
    rows = [enrolled(row) for row in await drivers.rows(OF_COURSE, course_key)]
    learner_ids = [row.learner_id for row in rows]
    profiles, done, events, sessions = await asyncio.gather(
        drivers.profiles(learner_ids, "displayName"),
        progress_of(drivers, rows),
        drivers.events(learner_ids, "verb,item_key", first=1, course_key=course_key),
        drivers.sessions(learner_ids),
    )
    edges = []
    for row in rows:
        its, profile = done.get(row.registration), profiles.get(row.learner_id)
        last = [event(each) for each in events.get(row.learner_id, ())[:1]]
        learner = {
            "displayName": None if profile is None else profile["displayName"],
            "presence": {"status": presence(sessions.get(row.learner_id))},
            "timeline": {"edges": [{"node": {"at": shown(one.at), "verb": one.verb}} for one in last]},
        }
        edges.append({"node": {"learner": learner, "progress": None if its is None else items_done(its)}})
    return {"enrollments": {"edges": edges}}


def items_done(its: Progress) -> Json:
    """A progress with its items."""
    return {"completion": its.completion, "itemsDone": its.items_done, "itemsTotal": its.items_total}


def presence(session: Json | None) -> str:
    """The presence of a learner with this session."""
    if session is None or session.get("ended"):
        return PresenceStatus.OFFLINE.value
    return status_of(from_ms(session["at"]), now=utc_now()).value


async def dashboard(drivers: Drivers, variables: Mapping[str, Any]) -> Json:
    """A learner's dashboard."""
    learner_id = key_of(variables["id"])
    profiles, (of_learner, done, titles), events, sessions = await asyncio.gather(
        drivers.profiles([learner_id], "displayName"),
        enrollments_of(drivers, [learner_id], 20),
        drivers.events([learner_id], "verb,item_key", first=5),
        drivers.sessions([learner_id]),
    )
    if learner_id not in profiles:
        return {"learner": None}
    edges = []
    for row in of_learner[learner_id]:
        its = done.get(row.registration)
        node = {
            "course": {"title": titles[row.course_key, row.course_version]},
            "state": row.state,
            "progress": None if its is None else items_done(its),
        }
        edges.append({"node": node})
    session = current(sessions.get(learner_id))
    learner = {
        "displayName": profiles[learner_id]["displayName"],
        "enrollments": {"edges": edges},
        "timeline": latest(events, learner_id),
        "session": None if session is None else {"position": session["position"], **place(session)},
    }
    return {"learner": learner}


def current(session: Json | None) -> Json | None:
    """A session that has not ended."""
    return None if session is None or session.get("ended") else session


def place(session: Json) -> Json:
    """Where a session is."""
    return {"itemKey": session["item"], "lastSeenAt": shown(from_ms(session["at"]))}


def latest(events: Mapping[str, list[Any]], learner_id: str) -> Json:
    """The last five events of a learner."""
    rows = [event(row) for row in events.get(learner_id, ())[:5]]
    return {"edges": [{"node": {"at": shown(row.at), "verb": row.verb, "itemKey": row.item_key}} for row in rows]}


async def timeline(drivers: Drivers, variables: Mapping[str, Any]) -> Json:
    """The first page of a learner's timeline."""
    learner_id = key_of(variables["id"])
    fields = "course,id,verb,item_key,position,score,progress,duration_ms"
    profiles, events = await asyncio.gather(
        drivers.profiles([learner_id], "displayName"), drivers.events([learner_id], fields, first=50)
    )
    if learner_id not in profiles:
        return {"learner": None}
    rows = events.get(learner_id, [])
    edges = [{"cursor": cursor(row), "node": interaction(row)} for row in rows[:50]]
    info = {"hasNextPage": len(rows) > 50, "endCursor": edges[-1]["cursor"] if edges else None}
    return {"learner": {"timeline": {"pageInfo": info, "edges": edges}}}


def cursor(row: Any) -> str:
    """The cursor of an event: its list, its millisecond, its slot and its course."""
    parts = ["events-places", *divmod(row[0], SLOTS_OF_MS), row[2]]
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def interaction(row: Any) -> Json:
    """An event of a timeline."""
    time, _, _, event_id, verb, item_key, position, score, share, duration_ms = row
    return {
        "id": event_id,
        "at": shown(from_ms(time // SLOTS_OF_MS)),
        "verb": verb,
        "itemKey": item_key,
        "position": position,
        "score": score,
        "progress": share,
        "durationSeconds": None if duration_ms is None else duration_ms / 1000,
    }


async def learners(drivers: Drivers, variables: Mapping[str, Any]) -> Json:
    """Cards of learners, in lists by name."""
    lists = {name: [key_of(each) for each in ids] for name, ids in variables.items()}
    every = [key for keys in lists.values() for key in keys]
    profiles, (of_learner, done, titles), events, sessions = await asyncio.gather(
        drivers.profiles(every, "displayName", "locale"),
        enrollments_of(drivers, every, 5),
        drivers.events(every, "verb,item_key", first=5),
        drivers.sessions(every),
    )

    def card(learner_id: str) -> Json | None:
        if (profile := profiles.get(learner_id)) is None:
            return None
        edges = []
        for row in of_learner[learner_id]:
            its = done.get(row.registration)
            shown_progress = (
                None
                if its is None
                else {
                    "completion": its.completion,
                    "itemsDone": its.items_done,
                    "score": its.score,
                    "lastActivityAt": shown(its.last_activity_at),
                }
            )
            course = {"title": titles[row.course_key, row.course_version]}
            edges.append({"node": {"course": course, "progress": shown_progress}})
        session = current(sessions.get(learner_id))
        return {
            "displayName": profile["displayName"],
            "locale": profile["locale"],
            "enrollments": {"edges": edges},
            "timeline": latest(events, learner_id),
            "session": None if session is None else place(session),
        }

    return {name.replace("ids", "page"): [card(key) for key in keys] for name, keys in lists.items()}
