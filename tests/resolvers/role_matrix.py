"""Walks the schema as one viewer: every field of every object that any root field leads to, and what the viewer gets.

An outcome is one letter: V a value, 0 null, F the error FORBIDDEN, U the error UNAUTHENTICATED, E an empty document or
text in place of the value.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

RANGE = 'window: DAY, range: {from: "2026-03-27T00:00:00Z", to: "2026-03-30T00:00:00Z"}'
OWN = ("me", "viewer", "heartbeat", "endSession")
"""Root fields that are about the viewer."""
EMPTY: tuple[Any, ...] = ({}, "")
Run = Callable[[str], Awaitable[Any]]
"""Runs a document; returns the response as a mapping with `data` and `errors`."""


@dataclass(frozen=True, slots=True)
class Step:
    """A field on the way from a root to an object: its text with arguments, and the type of the object."""

    text: str
    name: str
    owner: str
    kind: GraphQLObjectType
    condition: str = ""


Found = dict[str, dict[str, set[tuple[str, str]]]]
"""By type and by the field that led to its object: its fields with their outcomes."""


@dataclass(slots=True)
class Walk:
    """The walk of one viewer. `course`, `learner_id`: what arguments of fields name. `roots`: outcomes of root fields.
    `own`: the objects of root fields that are about the viewer, `ended`: those after the learner withdrew, `objects`:
    all others."""

    schema: GraphQLSchema
    run: Run
    course: str
    learner_id: str
    roots: dict[str, str] = field(default_factory=dict)
    objects: Found = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    own: Found = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    ended: Found = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))

    async def from_root(self, operation: str, label: str, name: str, text: str, *, deepest: int) -> None:
        """Visit every object that a root field leads to, by the shortest way; `deepest`: the number of steps."""
        types = {"query": self.schema.query_type, "mutation": self.schema.mutation_type}
        types["subscription"] = self.schema.subscription_type
        owner = types[operation]
        assert owner is not None
        level = [[step] for step in steps_to(self.schema, owner, name, text)]
        visited: set[tuple[str, str, str]] = set()
        found = self.own if label in OWN else self.ended if label == "withdraw" else self.objects
        for _ in range(deepest):
            following = []
            for path in level:
                last = path[-1]
                if (place := (last.owner, last.name, last.kind.name)) in visited:
                    continue
                visited.add(place)
                response = await self.run(self._document(operation, path))
                if last is path[0] and self.roots.get(label) != "V":
                    self.roots[label] = outcome(response, [], name)
                outcomes = {each: outcome(response, [step.name for step in path], each) for each in last.kind.fields}
                if set(outcomes.values()) == {"-"}:
                    continue
                via = label if last is path[0] else f"{last.owner}.{last.name}"
                found[last.kind.name][via].update(outcomes.items())
                following += [[*path, step] for step in self._onward(last.kind, outcomes)]
            level = following

    def _onward(self, kind: GraphQLObjectType, outcomes: Mapping[str, str]) -> Iterator[Step]:
        for name in kind.fields:
            if outcomes.get(name) == "V":
                yield from steps_to(self.schema, kind, name, self._text(kind, name))

    def _text(self, kind: GraphQLObjectType, name: str) -> str:
        given = {
            "Learner.enrollment": f'course: "{self.course}"',
            "Learner.activity": RANGE,
            "Course.activity": RANGE,
            "Course.item": 'key: "page"',
            "Course.enrollments": f'filter: {{learnerIds: ["{self.learner_id}"]}}',
            "Enrollment.item": 'key: "page"',
            "CourseSummary.completions": RANGE,
        }.get(f"{kind.name}.{name}")
        return f"{name}({given})" if given else name

    def _document(self, operation: str, path: list[Step]) -> str:
        kind = path[-1].kind
        fields = [
            self._text(kind, name) + ("" if is_leaf_type(get_named_type(each.type)) else " { __typename }")
            for name, each in kind.fields.items()
        ]
        text = " ".join(fields)
        for step in reversed(path):
            inner = f"__typename ... on {step.condition} {{ {text} }}" if step.condition else text
            text = f"{step.text} {{ {inner} }}"
        return f"{operation} {{ {text} }}"


def steps_to(schema: GraphQLSchema, owner: GraphQLObjectType, name: str, text: str) -> Iterator[Step]:
    """The field as a step, once for each type that its objects may have; none for a leaf."""
    kind = get_named_type(owner.fields[name].type)
    if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        for each in schema.get_possible_types(kind):
            yield Step(text, name, owner.name, each, each.name)
    elif isinstance(kind, GraphQLObjectType):
        yield Step(text, name, owner.name, kind)


def outcome(response: Any, path: list[str], name: str) -> str:
    """What the viewer got for the field `name` of the object at `path`, "-" if there is no such object. In a list, of
    its first object."""
    value: Any = response.get("data")
    where: list[str | int] = []
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
        where.append(part)
        while isinstance(value, list):
            value = value[0] if value else None
            where.append(0)
    if path and (not isinstance(value, dict) or name not in value):
        return "-"
    value = value.get(name) if isinstance(value, dict) else None
    if value is not None:
        return "E" if value in EMPTY else "V"
    errors = response.get("errors") or ()
    codes = [each["extensions"]["code"] for each in errors if each.get("path", [*where, name]) == [*where, name]]
    return {"FORBIDDEN": "F", "UNAUTHENTICATED": "U"}.get(codes[0], codes[0]) if codes else "0"


Roots = Mapping[str, list[tuple[str, str, str]]]
NEW_EVENT = 'id: "00000000-0000-4000-8000-000000000001", verb: VIEWED, itemKey: "page", at: "2026-03-30T11:00:00Z"'
NEW_PROFILE = 'displayName: "New", locale: "en", timeZone: "UTC"'


def roots(subject: str, course: str, registration: str, ids: Mapping[str, str]) -> Roots:
    """The root fields about one learner in one course, by operation: a label, the field and its text."""
    of = f'registration: "{registration}"'
    takes = f'learner: "{ids["Learner"]}", course: "{course}"'
    queries = {
        "me": "me",
        "viewer": "viewer",
        "learner": f'learner(learnerId: "{subject}")',
        "learners": f'learners(filter: {{learnerIds: ["{subject}"]}})',
        "course": f'course(key: "{course}")',
        "courses": f'courses(filter: {{keys: ["{course}"]}})',
        "enrollment": f'enrollment(registration: "{registration}")',
        "enrollments": f'enrollments(course: "{course}", filter: {{learnerIds: ["{subject}"]}})',
        "verifyCertificate": 'verifyCertificate(code: "code-0")',
        "storeHealth": "storeHealth",
    }
    mutations = {
        "createCourse": f'key: "{course}-new", title: "t", modules: []',
        "createLearner": f'learnerId: "new", {NEW_PROFILE}',
        "createLearners": f'learners: [{{learnerId: "newer", {NEW_PROFILE}}}]',
        "updateLearner": f'id: "{ids["Learner"]}", goals: ["g"]',
        "enroll": takes,
        "enrollMany": f"enrollments: [{{{takes}}}]",
        "recordInteractions": f"events: [{{{NEW_EVENT}, {of}}}]",
        "submitAttempt": f'{of}, itemKey: "quiz"',
        "setItemProgress": f'{of}, itemKey: "video", progress: 0.1',
        "heartbeat": f'{of}, itemKey: "video"',
        "endSession": 'sessionId: "s"',
        "revokeCertificate": f'{of}, reason: "r"',
        "withdraw": of,
    }
    subscriptions = {
        "progressUpdated": f'progressUpdated(learner: "{ids["Learner"]}")',
        "courseActivity": f'courseActivity(course: "{course}", window: DAY)',
        "presenceChanged": f'presenceChanged(course: "{course}")',
        "resumeMoved": f"resumeMoved({of})",
    }
    nodes = [(f"node {name}", "node", f'node(id: "{value}")') for name, value in ids.items()]
    return {
        "query": [(name, name, text) for name, text in queries.items()] + nodes,
        "subscription": [(name, name, text) for name, text in subscriptions.items()],
        "mutation": [(name, name, f"{name}(input: {{{given}}})") for name, given in mutations.items()],
    }
