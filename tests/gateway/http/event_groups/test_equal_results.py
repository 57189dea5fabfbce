"""The results of a group are those that each subscriber would have made: random documents, viewers and events."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from resolvers.execution.event_groups.execution import EventExecution
from resolvers.execution.event_groups.recent_results import RecentResults
from resolvers.viewer import Role, Viewer
from stores.domain.events import Verb
from tests.gateway.http.event_groups.watchers import Watcher, Watching
from tests.resolvers import world
from tests.resolvers.subscriptions.live_school import (
    ADA_ALGEBRA,
    ADA_BOTANY,
    ADA_ID,
    BEN_BOTANY,
    CLASSMATE,
    School,
    open_school,
    settle,
)

SEEDS, SUBSCRIBERS, STEPS = 10, 24, 6
TEACHER = world.instructor(world.ALGEBRA)
VIEWERS = (
    world.admin(),
    replace(world.admin(), subject="another"),
    TEACHER,
    replace(TEACHER, subject="colleague"),
    replace(TEACHER, subject=world.ADA),
    world.instructor(world.ALGEBRA, world.BOTANY),
    world.learner(),
    world.learner(world.BEN),
    Viewer(subject=world.ADA, role=Role.SERVICE, scopes=frozenset({"events:write"})),
)
Root = tuple[str, str, str, tuple[dict[str, Any], ...]]
"""The declared variables, the root field, its type, and the variables that may be given."""
ROOTS: tuple[Root, ...] = (
    (
        "$course: String, $learner: ID, $registration: UUID",
        "progressUpdated(course: $course, learner: $learner, registration: $registration)",
        "ProgressUpdate",
        (
            {"course": world.ALGEBRA},
            {"course": world.BOTANY},
            {"learner": ADA_ID},
            {"registration": str(ADA_ALGEBRA)},
            {"registration": str(BEN_BOTANY)},
        ),
    ),
    ("$course: String!", "presenceChanged(course: $course)", "Presence", ({"course": world.ALGEBRA},)),
    (
        "$course: String!",
        "courseActivity(course: $course, window: HOUR)",
        "ActivityBucket",
        ({"course": world.ALGEBRA}, {"course": world.BOTANY}),
    ),
    (
        "$registration: UUID!",
        "resumeMoved(registration: $registration)",
        "ResumePoint",
        ({"registration": str(ADA_ALGEBRA)},),
    ),
)
DECLARED = {"$flag": "$flag: Boolean = true", "$first": "$first: Int = 1"}
FIELDS: dict[str, tuple[tuple[str, str | None], ...]] = {
    "ProgressUpdate": (
        *(("cursor", None), ("version", None), ("registration", None), ("coalesced", None), ("at", None)),
        *(("progress", "CourseProgress"), ("changed", "ItemProgress"), ("enrollment", "Enrollment")),
    ),
    "CourseProgress": (("completion", None), ("itemsDone", None), ("version", None)),
    "ItemProgress": (("itemKey", None), ("state", None), ("item", "CourseItem")),
    "CourseItem": (("title", None), ("type", None)),
    "Presence": (("status", None), ("lastSeenAt", None), ("learner", "Learner"), ("course", "Course")),
    "ActivityBucket": (("start", None), ("events", None), ("learners", None)),
    "ResumePoint": (("itemKey", None), ("at", None), ("item", "CourseItem"), ("enrollment", "Enrollment")),
    "Enrollment": (
        *(("state", None), ("attributes", None), ("learner", "Learner"), ("course", "Course")),
        *(("progress", "CourseProgress"), ("resume", "ResumePoint"), ("certificate { issuedAt }", None)),
    ),
    "Learner": (
        *(("displayName", None), ("email", None), ("preferences", None), ("timeZone", None), ("createdAt", None)),
        *(("presence", "Presence"), ("streak { current }", None), ("session { at: lastSeenAt }", None)),
        ("timeline(first: $first) { edges { node { verb course { key } } } }", None),
        (f'enrollment(course: "{world.BOTANY}") {{ state }}', None),
    ),
    "Course": (("title", None), ("onlineNow", None), ("enrollments(first: 2) { totalCount }", None)),
}


class CountedResults(RecentResults):
    """Counts the results that members took from others."""

    shared = 0

    def find(self, group: object, event: object, *, since: int) -> EventExecution[Any] | None:
        found = super().find(group, event, since=since)
        self.shared += found is not None
        return found


def selection(chance: Random, kind: str, depth: int = 0) -> str:
    """Some fields of a type, with those beneath them."""
    chosen = chance.sample(FIELDS[kind], chance.randint(1, min(4, len(FIELDS[kind]))))
    parts = ["__typename"]
    for name, beneath in chosen:
        directive = chance.choice(("", "", "", " @include(if: $flag)"))
        if beneath is None:
            head, brace, tail = name.partition(" {")
            parts.append(f"{head}{directive}{brace}{tail}")
        elif depth < 4:
            parts.append(f"{name}{directive} {selection(chance, beneath, depth + 1)}")
    return "{ " + " ".join(parts) + " }"


def subscription(chance: Random, of: Root) -> tuple[str, tuple[dict[str, Any], ...]]:
    """A document, and variables of its root field that may be given."""
    declared, root, kind, given = of
    body = f"{root} {selection(chance, kind)}"
    more = [each for name, each in DECLARED.items() if name in body]
    return f"subscription ({', '.join((declared, *more))}) {{ {body} }}", given


async def step(school: School, chance: Random) -> None:
    """One thing that happens in the school."""
    registration = chance.choice((ADA_ALGEBRA, ADA_ALGEBRA, ADA_BOTANY, BEN_BOTANY, CLASSMATE))
    match chance.randrange(5):
        case 0 | 1:
            await school.record(registration, Verb.COMPLETED, chance.choice(("page", "video", "quiz")))
        case 2:
            await school.record(registration, chance.choice((Verb.PASSED, Verb.PLAYED)), "quiz")
        case 3:
            await school.heartbeat(chance.choice((world.ADA, "learner-001")), item=chance.choice(("page", "quiz")))
        case _:
            await school.record(registration, chance.choice((Verb.UNREGISTERED, Verb.COMPLETED)), None)
    await school.clock.advance(timedelta(seconds=2))
    await settle()


async def compare(seed: int, executor: str) -> tuple[int, int]:
    """Compare the results of subscribers in groups with those of equal ones that are alone. Returns the number of
    results, and of those that were shared."""
    chance = Random(seed)
    school, recent = await open_school(), CountedResults()
    watching = Watching(school, recent=recent)
    documents = [subscription(chance, ROOTS[0]), subscription(chance, chance.choice(ROOTS))]
    pairs: list[tuple[Watcher, Watcher]] = []
    for _ in range(SUBSCRIBERS):
        text, given = chance.choice(documents)
        variables = {**chance.choice(given), **chance.choice(({}, {}, {"flag": False}, {"first": 2}))}
        viewer = chance.choice((*VIEWERS, *VIEWERS[:6]))  # more of those who may watch a course
        grouped = await watching.subscribe(text, viewer, variables, executor=executor)
        pairs.append((grouped, await watching.subscribe_alone(text, viewer, variables, executor=executor)))
        if chance.random() < 0.3:
            await step(school, chance)
    for _ in range(STEPS):
        await step(school, chance)
    for grouped, alone in pairs:
        assert grouped.results == alone.results, seed
    await watching.close()
    assert (len(watching.groups), len(recent)) == (0, 0)
    return sum(len(grouped.results) for grouped, _ in pairs), recent.shared


@pytest.mark.parametrize("executor", ["compiled", "reference"])
async def test_each_subscriber_gets_what_it_would_have_got_alone(executor: str) -> None:
    counts = [await compare(seed, executor) for seed in range(SEEDS)]
    results, shared = (sum(each) for each in zip(*counts, strict=True))
    assert results > 30 * SEEDS
    assert shared > results / 10  # else the comparison proves little
