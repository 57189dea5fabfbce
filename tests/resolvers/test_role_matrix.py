"""Every field from every root as every role: the table's promise, and a golden file for each role."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from strawberry.relay import to_base64

from resolvers.context import Peer
from resolvers.policy.rules import About
from resolvers.policy.table import TABLE
from resolvers.schema import build_schema
from resolvers.strawberry_internals import core_schema
from resolvers.viewer import UNAUTHENTICATED, Role, Viewer
from stores.domain.events import Verb
from stores.ports.stores import Stores
from tests import backends
from tests.backends import Servers
from tests.resolvers import world
from tests.resolvers.role_matrix import Walk, roots
from tests.resolvers.subscriptions.live_school import DrivenClock, School, Subscription

HERE = Path(__file__).parent / "golden/roles"
SCHEMA = build_schema()


@dataclass(frozen=True, slots=True)
class Case:
    """A viewer, and the learner and the course that the documents are about. `student`: whether the learner is enrolled
    in a course that the viewer teaches, now or (None) before a withdrawal."""

    viewer: Viewer
    learner_id: str = world.ADA
    course: str = world.ALGEBRA
    number: int = 0
    student: bool | None = False

    def may(self, kind: str, field: str) -> bool | None:
        """What the table says; None if the objects of the type have no rule of their own."""
        row = TABLE[kind, field]
        if row.rule is None:
            return None
        decided = row.rule.decide(self.viewer, About(self.learner_id, self.course, self.student is None))
        if decided is None:
            return self.student is True or (self.student is None and "ONCE_ENROLLED" in row.rule.grants)
        return decided


def service(*scopes: str) -> Viewer:
    return Viewer(subject="a-service", role=Role.SERVICE, scopes=frozenset(scopes))


CASES = {
    "admin": Case(world.admin()),
    "learner": Case(world.learner()),
    "learner-other": Case(world.learner(world.BEN)),
    "instructor": Case(world.instructor(world.ALGEBRA), student=True),
    "instructor-other": Case(world.instructor(world.BOTANY), "learner-001", number=1),
    "instructor-withdrawn": Case(world.instructor(world.BOTANY), world.BEN, world.BOTANY, 1, student=None),
    "service": Case(service()),
    "service-events-write": Case(service("events:write")),
    "service-ops-read": Case(service("ops:read")),
    "without-token": Case(UNAUTHENTICATED),
}


SHORT = ("instructor-withdrawn", "learner-other")
"""The other viewers walk over SQL in `make full` only."""
DEEPEST = {"query": 5, "subscription": 3, "mutation": 3}
"""How many steps from a root field the walk goes. Every pair of fields is within reach of a query."""


async def walked(case: Case, stores: Stores, operations: Collection[str] = tuple(DEEPEST)) -> Walk:
    school = School(stores, DrivenClock())
    peer = school.peer(case.viewer, trace=False)

    async def run(document: str) -> Any:
        if document.startswith("subscription"):
            return formatted(await first_event(school, peer, document, world.registration(case.course, case.number)))
        return formatted(await SCHEMA.execute(document, context_value=peer))

    registration = str(world.registration(case.course, case.number))
    keys = {
        "Learner": case.learner_id,
        "Course": case.course,
        "Enrollment": registration,
        "CourseProgress": registration,
        "ItemProgress": f"{registration}/page",
    }
    walk = Walk(core_schema(SCHEMA), run, case.course, case.learner_id)
    ids = {kind: to_base64(kind, key) for kind, key in keys.items()}
    for operation, fields in roots(case.learner_id, case.course, registration, ids).items():
        for label, name, text in fields if operation in operations else ():
            await walk.from_root(operation, label, name, text, deepest=DEEPEST[operation])
    return walk


async def first_event(school: School, peer: Peer, document: str, registration: UUID) -> Any:
    """The first result of a subscription; None if it ends without one. If it waits, something happens."""
    results = await SCHEMA.subscribe(document, context_value=peer)
    subscription = Subscription(results)
    try:
        if await subscription.is_silent():
            await school.record(registration, Verb.ATTEMPTED, "quiz", score=0.1)
        return None if await subscription.is_silent() else await subscription.result()
    except StopAsyncIteration:
        return None
    finally:
        await subscription.close()


def formatted(result: Any) -> Any:
    if result is None:
        return {}
    return {"data": result.data, "errors": [error.formatted for error in result.errors or ()]}


def shown(walk: Walk) -> str:
    """The walk as text: the root fields by outcome, then each type's fields by outcome and where they were found."""
    lines = [f"roots: {by_outcome(set(walk.roots.items()))}"]
    for found, note in ((walk.objects, ""), (walk.own, " of the viewer"), (walk.ended, " after withdrawing")):
        for kind in sorted(found):
            ways: dict[str, list[str]] = {}
            for way in sorted(found[kind]):
                ways.setdefault(by_outcome(found[kind][way]), []).append(way)
            for fields, alike in ways.items():
                lines += [f"{kind}{note}: {fields}", f"    from {', '.join(alike)}"]
    return "\n".join(lines) + "\n"


def by_outcome(found: set[tuple[str, str]]) -> str:
    outcomes: dict[str, str] = {}
    for name, got in sorted(found, key=lambda each: "V0EFU".find(each[1])):
        outcomes[name] = outcomes.get(name, "") + got
    groups: dict[str, list[str]] = {}
    for name in sorted(outcomes):
        groups.setdefault(outcomes[name], []).append(name)
    return "; ".join(f"{got} {' '.join(groups[got])}" for got in sorted(groups, key="V0EFU".find))


@pytest.mark.parametrize("name", CASES)
async def test_each_viewer_gets_what_the_table_says(name: str, pytestconfig: pytest.Config) -> None:
    walk = await walked(CASES[name], await world.open_school())
    path = HERE / f"{name}.txt"
    if pytestconfig.getoption("--golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown(walk), encoding="utf-8")
    assert broken_promises(CASES[name], walk) == []
    assert shown(walk) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
async def test_the_ledger_in_sql_shows_each_viewer_the_same(
    name: str, servers: Servers, pytestconfig: pytest.Config
) -> None:
    if name not in SHORT and not pytestconfig.getoption("--long"):
        pytest.skip("long")
    async with backends.sql_ledger(servers) as (progress, outbox):
        stores = await world.open_school(progress=progress, outbox=outbox)
        walk = await walked(CASES[name], stores, ("query", "mutation"))
    assert broken_promises(CASES[name], walk) == []
    golden = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    assert {f"{kind}: " for kind in walk.objects} <= set(re.findall("^[A-Za-z]+: ", golden, re.MULTILINE))
    refused = {(label, got) for label, got in walk.roots.items() if got in "FU"}
    assert refused == {(label, got) for label, got in root_outcomes(golden) if got in "FU" and label in walk.roots}


def root_outcomes(golden: str) -> set[tuple[str, str]]:
    """The outcomes of the root fields in a golden file."""
    groups = golden.splitlines()[0].removeprefix("roots: ").replace("node ", "node_").split("; ")
    return {(name.replace("node_", "node "), got) for got, *names in map(str.split, groups) for name in names}


def broken_promises(case: Case, walk: Walk) -> list[str]:
    """Where a viewer saw more or less than the table says."""
    taught = next(iter(case.viewer.courses), case.course)
    own = replace(case, learner_id=case.viewer.subject, course=taught)
    ended = replace(case, student=None if case.student else case.student)
    return [
        f"{kind}.{field} is {got} from {way}"
        for about, objects in ((case, walk.objects), (own, walk.own), (ended, walk.ended))
        for kind, found in objects.items()
        for way, outcomes in found.items()
        for field, got in sorted(outcomes)
        if (may := about.may(kind, field)) is not None and (got in "FU" if may else got == "V")
    ]
