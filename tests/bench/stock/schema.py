"""The part of the gateway's schema that the cases query, in plain Strawberry: the server that most would write."""

import asyncio
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.relay import to_base64
from strawberry.types import Info

from stores.domain.paging import from_ms
from tests.bench.hand.pages import OF_COURSE, cursor, interaction, key_of, presence
from tests.bench.hand.records import Enrolled, enrolled, shown
from tests.bench.hand.records import progress as progress_of
from tests.bench.stock.courses import Course


@strawberry.enum
class EnrollmentState(Enum):
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    WITHDRAWN = "WITHDRAWN"


def check(info: Info, *, learner_id: str | None = None, course: str | None = None) -> None:
    """Let an ADMIN pass, learners to themselves and instructors to their courses."""
    claims = info.context["loaders"].claims
    taught = claims["courses"] if claims["role"] == "INSTRUCTOR" else ()
    if claims["role"] != "ADMIN" and claims["sub"] != learner_id and course not in taught:
        raise GraphQLError("not found, or you may not see it")


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class CourseProgress:
    completion: float
    items_done: int
    items_total: int
    score: float | None
    last_activity_at: str | None


@strawberry.type
class Interaction:
    id: str
    at: str
    verb: str
    item_key: str | None
    position: float | None
    score: float | None
    progress: float | None
    duration_seconds: float | None


@strawberry.type
class InteractionEdge:
    cursor: str
    node: Interaction


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class InteractionConnection:
    edges: list[InteractionEdge]
    page_info: PageInfo


@strawberry.type
class Session:
    item_key: str | None
    position: float | None
    last_seen_at: str


@strawberry.type
class Presence:
    status: str


@strawberry.type
class Enrollment:
    row: strawberry.Private[Enrolled]
    state: EnrollmentState

    @strawberry.field
    async def learner(self, info: Info) -> "Learner | None":
        return await learner_of(info, self.row.learner_id)

    @strawberry.field
    async def course(self, info: Info) -> Course | None:
        title = await info.context["loaders"].title((self.row.course_key, self.row.course_version))
        return Course(key=self.row.course_key, title=title)

    @strawberry.field
    async def progress(self, info: Info) -> CourseProgress | None:
        row = await info.context["loaders"].progress(self.row.registration)
        if row is None:
            return None
        its = progress_of(row)
        return CourseProgress(
            completion=its.completion,
            items_done=its.items_done,
            items_total=its.items_total,
            score=its.score,
            last_activity_at=shown(its.last_activity_at),
        )


@strawberry.type
class EnrollmentEdge:
    node: Enrollment


@strawberry.type
class EnrollmentConnection:
    edges: list[EnrollmentEdge]


def enrollments_page(rows: list[Enrolled]) -> EnrollmentConnection:
    nodes = [Enrollment(row=row, state=EnrollmentState[row.state]) for row in rows]
    return EnrollmentConnection(edges=[EnrollmentEdge(node=node) for node in nodes])


@strawberry.type
class Learner(Node):
    learner_id: strawberry.Private[str]
    display_name: str | None
    locale: str | None

    @strawberry.field
    async def enrollments(self, info: Info, first: int = 20) -> EnrollmentConnection:
        return enrollments_page(await info.context["loaders"].enrollments(self.learner_id, first) or [])

    @strawberry.field
    async def timeline(self, info: Info, course: str | None = None, first: int = 50) -> InteractionConnection:
        rows = await info.context["loaders"].events(self.learner_id, first, course) or []
        edges = [InteractionEdge(cursor=cursor(row), node=interaction_of(row)) for row in rows[:first]]
        position = PageInfo(has_next_page=len(rows) > first, end_cursor=edges[-1].cursor if edges else None)
        return InteractionConnection(edges=edges, page_info=position)

    @strawberry.field
    async def session(self, info: Info) -> Session | None:
        session = await info.context["loaders"].session(self.learner_id)
        if session is None or session.get("ended"):
            return None
        seen = shown(from_ms(session["at"])) or ""
        return Session(item_key=session["item"], position=session["position"], last_seen_at=seen)

    @strawberry.field
    async def presence(self, info: Info) -> Presence:
        return Presence(status=presence(await info.context["loaders"].session(self.learner_id)))


def interaction_of(row: Any) -> Interaction:
    its = interaction(row)
    return Interaction(
        id=its["id"],
        at=its["at"],
        verb=its["verb"],
        item_key=its["itemKey"],
        position=its["position"],
        score=its["score"],
        progress=its["progress"],
        duration_seconds=its["durationSeconds"],
    )


async def learner_of(info: Info, learner_id: str) -> Learner | None:
    profile = await info.context["loaders"].profile(learner_id)
    if profile is None:
        return None
    return Learner(
        id=strawberry.ID(to_base64("Learner", learner_id)),
        learner_id=learner_id,
        display_name=profile["displayName"],
        locale=profile["locale"],
    )


@strawberry.type
class Query:
    @strawberry.field
    async def enrollments(
        self,
        info: Info,
        course: str,
        state: list[EnrollmentState] | None = None,
        first: int = 50,
    ) -> EnrollmentConnection | None:
        check(info, course=course)
        rows = await info.context["loaders"].drivers.rows(OF_COURSE, course)
        return enrollments_page([enrolled(row) for row in rows])

    @strawberry.field
    async def learner(self, info: Info, id: strawberry.ID) -> Learner | None:
        check(info, learner_id=key_of(id))
        return await learner_of(info, key_of(id))

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        check(info)
        return await asyncio.gather(*(learner_of(info, key_of(id)) for id in ids))

    @strawberry.field
    def course(self, info: Info, key: str) -> Course | None:
        check(info, course=key)
        return Course(key=key)


schema = strawberry.Schema(Query, types=[Learner])
