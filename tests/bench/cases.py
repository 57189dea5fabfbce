"""The queries that `bench` times, each with its variables, its viewer and the settings of its gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from strawberry.relay import to_base64

from resolvers.types.scalars import show_time
from resolvers.viewer import Role, Viewer

GRID = """query ($course: String!) {
enrollments(course: $course, state: [ACTIVE, COMPLETED], first: 50) { edges { node {
  learner { displayName presence { status } timeline(first: 1, course: $course) { edges { node { at verb } } } }
  progress { completion itemsDone itemsTotal }
} } } }"""
DASHBOARD = """query ($id: ID!) { learner(id: $id) {
  displayName
  enrollments(first: 20) { edges { node { course { title } state progress { completion itemsDone itemsTotal } } } }
  timeline(first: 5) { edges { node { at verb itemKey } } }
  session { itemKey position lastSeenAt }
} }"""
TIMELINE = """query ($id: ID!) { learner(id: $id) { timeline(first: 50) {
  pageInfo { hasNextPage endCursor }
  edges { cursor node { id at verb itemKey position score progress durationSeconds } }
} } }"""
LEARNER = """fragment card on Learner {
  displayName locale
  enrollments(first: 5) { edges { node { course { title } progress { completion itemsDone score lastActivityAt } } } }
  timeline(first: 5) { edges { node { at verb itemKey } } }
  session { itemKey lastSeenAt }
}"""
SUMMARY = """query ($course: String!, $range: TimeRange!) { course(key: $course) { summary {
  enrolled averageCompletion averageScore distribution
  items { itemKey started satisfied averageScore stoppedHere }
  completions(range: $range, window: DAY) { start completed }
} } }"""
SUMMARY_DAYS = 56
IDS_OF_A_FIELD = 100
"""`nodes` takes no more ids at once, so larger pages use several aliases of it."""
UNLIMITED = {"GATEWAY_LIMITS_MODE": "measure", "GATEWAY_OPERATION_TIMEOUT": "60"}
"""For the page of 500 learners, which goes beyond the limits of an operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A query, and who sends it. `settings`: those of the gateway that differ from a deployment's own. `most_rounds`:
    for a query that takes seconds on some servers."""

    name: str
    query: str
    variables: Mapping[str, Any]
    viewer: Viewer
    settings: Mapping[str, str] = field(default_factory=dict)
    most_rounds: int = 1_000


def global_id(learner_id: str) -> str:
    """The global id of a learner."""
    return to_base64("Learner", learner_id)


def learner_page(learner_ids: Sequence[str], **more: Any) -> Case:
    """The page of so many learners, for an ADMIN. `more`: further fields of the case."""
    starts = range(0, len(learner_ids), IDS_OF_A_FIELD)
    pages = {f"ids{start}": [global_id(key) for key in learner_ids[start : start + IDS_OF_A_FIELD]] for start in starts}
    given = ", ".join(f"${name}: [ID!]!" for name in pages)
    fields = " ".join(f"{name.replace('ids', 'page')}: nodes(ids: ${name}) {{ ...card }}" for name in pages)
    return Case(
        name=f"learners-{len(learner_ids)}",
        query=f"query ({given}) {{ {fields} }} {LEARNER}",
        variables=pages,
        viewer=Viewer(subject="bench", role=Role.ADMIN),
        **more,
    )


def cases(course_key: str, learner_ids: Sequence[str], *, now: datetime) -> list[Case]:
    """All cases, over this course and learners; the first learner is the one with the dashboard. `now` ends the days
    of the course's summary."""
    instructor = Viewer(subject="bench-instructor", role=Role.INSTRUCTOR, courses=frozenset({course_key}))
    learner = Viewer(subject=learner_ids[0], role=Role.LEARNER)
    mine = {"id": global_id(learner_ids[0])}
    span = {"from": show_time(now - timedelta(days=SUMMARY_DAYS)), "to": show_time(now)}
    course = {"course": course_key}
    return [
        Case(name="grid", query=GRID, variables=course, viewer=instructor),
        Case(name="dashboard", query=DASHBOARD, variables=mine, viewer=learner),
        Case(name="timeline", query=TIMELINE, variables=mine, viewer=learner),
        learner_page(learner_ids[:10]),
        learner_page(learner_ids[:50]),
        Case(name="summary", query=SUMMARY, variables={**course, "range": span}, viewer=instructor),
        learner_page(learner_ids[:500], settings=UNLIMITED, most_rounds=1),
    ]


NAMES = ("grid", "dashboard", "timeline", "learners-10", "learners-50", "summary", "learners-500")
QUICK = ("grid", "dashboard", "timeline")
