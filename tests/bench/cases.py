"""The queries that `bench` times: the instructor's grid, a learner's dashboard, a page of a timeline."""

from dataclasses import dataclass

GRID = """query ($course: String!) { enrollments(course: $course, first: 50) { edges { node {
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    query: str
    variables: dict[str, str]


def cases(course_key: str, learner_id: str) -> list[Case]:
    """The three cases, for this course and the learner with this global id."""
    return [
        Case(name="grid", query=GRID, variables={"course": course_key}),
        Case(name="dashboard", query=DASHBOARD, variables={"id": learner_id}),
        Case(name="timeline", query=TIMELINE, variables={"id": learner_id}),
    ]
