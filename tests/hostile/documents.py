"""Documents that would stop or exhaust a gateway without limits, each with the limit that refuses it."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.resolvers import world


class Hostile(NamedTuple):
    """A document and the limit that refuses it. None: no parser takes it."""

    query: str
    limit: str | None = None

    @property
    def code(self) -> str:
        """The code of the error that refuses it."""
        return "TOO_COMPLEX" if self.limit else "GRAPHQL_PARSE_FAILED"


def nested(levels: int) -> str:
    """The learner of an enrolment of the learner of an enrolment …: the answer grows exponentially."""
    query = "id"
    for _ in range(levels):
        query = f"enrollments(first:20){{edges{{node{{learner{{{query}}}}}}}}}"
    return f"{{me{{{query}}}}}"


def aliases(number: int) -> str:
    """Many aliases of one field."""
    return f"{{me{{{' '.join(f'a{n}:id' for n in range(number))}}}}}"


def chained_bomb(length: int = 19, spreads: int = 2) -> str:
    """Fragments that each spread the next one several times: exponential without a memo."""
    chain = " ".join(f"fragment F{n} on Learner{{{' '.join([f'...F{n + 1}'] * spreads)}}}" for n in range(length))
    return f"{{me{{...F0}}}} {chain} fragment F{length} on Learner{{id}}"


def wide_bomb(width: int = 12) -> str:
    """Fragments that each spread all later ones."""
    names = range(width)
    wide = " ".join(
        f"fragment F{n} on Learner{{id {' '.join(f'...F{later}' for later in range(n + 1, width))}}}" for n in names
    )
    return f"{{me{{{' '.join(f'...F{n}' for n in names)}}}}} {wide}"


def activities(number: int) -> str:
    """One activity, many times, in different ranges."""
    ranges = (f'{{from:"2026-01-01T00:00:00Z",to:"2026-01-02T00:{n // 60:02}:{n % 60:02}Z"}}' for n in range(number))
    fields = (f"a{n}:activity(window:HOUR,range:{each}){{events}}" for n, each in enumerate(ranges))
    return f'{{course(key:"{world.ALGEBRA}"){{{" ".join(fields)}}}}}'


def cube() -> str:
    """100 × 100 × 100 objects."""
    learner = "learner{enrollments(first:100){edges{node{registration}}}}"
    return f"{{courses(first:100){{edges{{node{{enrollments(first:100){{edges{{node{{{learner}}}}}}}}}}}}}}}"


def _documents() -> Iterator[tuple[str, str, str | None]]:
    yield "30000_fields", f"{{me{{{'id ' * 30_000}}}}}", "size"
    yield "20000_aliases", aliases(20_000), "size"
    yield "10000_aliases", aliases(10_000), "size"
    yield "600_aliases", aliases(600), "aliases"
    yield "4200_operations", " ".join(f"query Q{n}{{me{{id}}}}" for n in range(4_200)), "size"
    yield "100_operations", " ".join(f"query Q{n}{{me{{id}}}}" for n in range(100)), "definitions"
    yield "comments", "#\n" * 15_000 + "{me{id}}", "tokens"
    yield "2000_tokens", f"{{me{{{'id ' * 2_000}}}}}", "tokens"
    yield "directives_flood", f"{{me{{id{'@a' * 900}}}}}", "directives"
    yield "directives_of_variables", f"query({' '.join(f'$v{n}:Int@a' for n in range(100))}){{me{{id}}}}", "directives"
    yield "include", f"{{me{{id {'@include(if:true) ' * 1_000}}}}}", "tokens"
    yield "root_fields", "{" + " ".join(f"a{n}:__typename" for n in range(21)) + "}", "rootFields"
    yield "root_fields_in_fragments", "{...F ...F} fragment F on Query{" + "__typename " * 11 + "}", "rootFields"
    yield "repeats", f"{{me{{{'id ' * 900}}}}}", "repeats"
    yield "chained_bomb", chained_bomb(), "fields"
    yield "chained_bomb_of_40", chained_bomb(3, 40), "fields"
    yield "wide_bomb", wide_bomb(), "fields"
    yield "300_activities", activities(300), "tokens"
    yield "60_activities", activities(60), "aliases"
    yield "activities_of_one_name", re.sub("a[0-9]+:", "", activities(60)), "repeats"
    yield "500_store_healths", "{" + " ".join(f"a{n}:storeHealth{{store}}" for n in range(500)) + "}", "tokens"
    yield "50_store_healths", "{" + " ".join(f"a{n}:storeHealth{{store}}" for n in range(50)) + "}", "rootFields"
    for levels in range(5, 15):
        yield f"nested_{levels}", nested(levels), "depth"
    yield "nested_3", nested(3).replace("first:20", "first:100"), "cost"
    yield "cube", cube(), "cost"
    yield "braces", "{me" * 12_000, "size"
    yield "long_comment", f"{{__typename}} # {'x' * 40_000}", "size"
    yield "long_string", f'{{course(key:"{"x" * 40_000}"){{title}}}}', "size"
    yield "nested_lists", f"{{nodes(ids:{'[' * 900}{']' * 900}){{id}}}}", None
    yield "nested_fragments", f"{{me{{{'... on Learner{' * 300}learnerId{'}' * 300}}}}}", None
    yield "introspection_depth", "{__schema{types{" + "ofType{" * 20 + "name" + "}" * 20 + "}}}", "introspectionDepth"
    yield (
        "introspection_fields",
        "{" + " ".join(f"a{n}:__schema{{types{{...T}}}}" for n in range(20)) + "} fragment T on __Type{"
        "kind name description fields{name description args{name} type{name kind ofType{name kind ofType{name}}}}"
        " inputFields{name type{name kind ofType{name kind ofType{name}}}} possibleTypes{name} enumValues{name}}",
        "introspectionFields",
    )


DOCUMENTS: Mapping[str, Hostile] = {name: Hostile(query, limit) for name, query, limit in _documents()}
"""Hostile documents, by a name for the table of results."""
