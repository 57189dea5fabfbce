"""Documents that would stop or exhaust a gateway without limits, each with the code that refuses it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

ACTIVITY = 'activity(from: "2026-01-{:02d}T00:00:00Z", to: "2026-02-01T{:02d}:00:00Z", bucket: DAY) {{ seconds }}'


class Hostile(NamedTuple):
    """A document and the code of the error that refuses it."""

    query: str
    code: str = "TOO_COMPLEX"


def nested(levels: int) -> str:
    """Learner → enrolments → learner …"""
    inner = "learnerId"
    for _ in range(levels):
        inner = f"enrollments(first: 50) {{ edges {{ node {{ learner {{ {inner} }} }} }} }}"
    return f"{{ me {{ {inner} }} }}"


def chained(fragments: int, spreads: int) -> str:
    """Fragments that each spread the next several times: exponential without a memo."""
    links = (
        f"fragment F{each} on Learner {{ {' '.join([f'...F{each + 1}'] * spreads)} }}" for each in range(fragments - 1)
    )
    return f"{{ me {{ ...F0 }} }} {' '.join(links)} fragment F{fragments - 1} on Learner {{ learnerId }}"


def many(text: str, times: int) -> str:
    """`text` under many aliases."""
    return " ".join(f"a{each}: {text}" for each in range(times))


def introspection(levels: int) -> str:
    """Types of fields of types …"""
    inner = "name"
    for _ in range(levels):
        inner = f"fields {{ type {{ {inner} }} }}"
    return f'{{ __type(name: "Learner") {{ {inner} }} }}'


def _documents() -> Iterator[tuple[str, Hostile]]:
    for levels in (5, 9, 14):
        yield f"learner in learner, {levels} levels", Hostile(nested(levels))
    for aliases in (10_000, 20_000):
        yield f"{aliases:,} aliases", Hostile(f"{{ {many('__typename', aliases)} }}")
    yield "60 aliases of one field", Hostile(f"{{ me {{ {many('displayName', 60)} }} }}")
    yield "fragments in a chain", Hostile(chained(19, 2))
    yield "fragments that are wide", Hostile(chained(4, 40))
    yield "directives", Hostile(f"{{ me {{ learnerId {'@include(if: true) ' * 1_000} }} }}")
    yield "fields", Hostile(f"{{ me {{ {'learnerId ' * 3_000} }} }}")
    yield "fields of one name, with arguments", Hostile(f"{{ me {{ {ACTIVITY.format(1, 1) * 400} }} }}")
    yield "4,200 operations", Hostile(" ".join(f"query Q{each} {{ __typename }}" for each in range(4_200)))
    ranges = " ".join(f"a{each}: {ACTIVITY.format(each % 28 + 1, each // 28)}" for each in range(300))
    yield "300 ranges of activity", Hostile(f"{{ me {{ {ranges} }} }}")
    yield "500 health checks", Hostile(f"{{ {many('storeHealth { state }', 500)} }}")
    pages = "edges { node { learner { enrollments(first: 100) { edges { node { registration } } } } } }"
    courses = f"courses(first: 100) {{ edges {{ node {{ enrollments(first: 100) {{ {pages} }} }} }} }}"
    yield "100 × 100 × 100", Hostile(f"{{ {courses} }}")
    yield "braces", Hostile("{ me " * 8_000)
    yield "lists in an argument", Hostile(f"{{ nodes(ids: {'[' * 900}{']' * 900}) {{ id }} }}", "GRAPHQL_PARSE_FAILED")
    yield "types of types", Hostile(introspection(20))
    yield "a long comment", Hostile(f"{{ __typename }} # {'x' * 40_000}")
    yield "a long string", Hostile(f'{{ course(key: "{"x" * 40_000}") {{ title }} }}')
    inline = "... on Learner { " * 300 + "learnerId" + " }" * 300
    yield "fragments within fragments", Hostile(f"{{ me {{ {inline} }} }}", "GRAPHQL_PARSE_FAILED")


DOCUMENTS: Mapping[str, Hostile] = dict(_documents())
"""Hostile documents, by a name for the table of results."""
