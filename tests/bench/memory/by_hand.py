"""The page of the rows, written by hand."""

import asyncio
from typing import Any

from tests.bench.hand.records import shown
from tests.bench.memory import rows


async def learners_page(first: int) -> dict[str, Any]:
    """What GraphQL returns as `data`."""
    learners = await rows.learners(first)
    ids = [row.learner_id for row in learners]

    async def enrollments() -> dict[str, list[Any]]:
        found = await rows.enrollments(ids, 5)
        flat = [row for some in found.values() for row in some]
        courses, progress = await asyncio.gather(
            rows.courses(list({row.course_id: None for row in flat})),
            rows.progress([row.enrollment_id for row in flat]),
        )
        titles = {key: {"title": row.title} for key, row in courses.items()}
        shown_progress = {
            key: {
                "percent": row.percent,
                "completedLessons": row.completed_lessons,
                "score": row.score,
                "updatedAt": shown(row.updated_at),
            }
            for key, row in progress.items()
        }
        return {
            key: [
                {"course": titles.get(row.course_id), "progress": shown_progress.get(row.enrollment_id)} for row in some
            ]
            for key, some in found.items()
        }

    of_learner, activity, sessions = await asyncio.gather(enrollments(), rows.activity(ids, 5), rows.sessions(ids))
    return {
        "learners": [
            {
                "learnerId": row.learner_id,
                "name": row.name,
                "email": row.email,
                "enrollments": of_learner[row.learner_id],
                "recentActivity": [
                    {"at": shown(each.at), "verb": each.verb, "objectId": each.object_id}
                    for each in activity[row.learner_id]
                ],
                "session": session_of(sessions.get(row.learner_id)),
            }
            for row in learners
        ]
    }


def session_of(row: rows.SessionRow | None) -> dict[str, Any] | None:
    """The JSON of a session."""
    return None if row is None else {"currentCourse": row.current_course, "lastSeen": shown(row.last_seen)}
