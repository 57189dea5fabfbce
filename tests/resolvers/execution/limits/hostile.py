"""Documents that ask for far more than they say."""

from collections.abc import Iterator

from tests.resolvers import world

LEARNER = 'learner(learnerId: "learner-ada")'


def nested(levels: int) -> str:
    """The learner of an enrolment of the learner of an enrolment …: the answer grows exponentially."""
    query = "id"
    for _ in range(levels):
        query = f"enrollments(first:20){{edges{{node{{learner{{{query}}}}}}}}}"
    return f"{{me{{{query}}}}}"


def aliases(number: int) -> str:
    """Many aliases of one field."""
    return f"{{me{{{' '.join(f'a{n}:id' for n in range(number))}}}}}"


def chained_bomb(length: int = 19) -> str:
    """Fragments that each spread the next one twice."""
    chain = " ".join(f"fragment F{n} on Learner{{...F{n + 1} ...F{n + 1}}}" for n in range(length))
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


def hostile_documents() -> Iterator[tuple[str, str, str]]:
    """The name of each document, its text, and the limit that refuses it."""
    yield "fields_flood", f"{{me{{{'id ' * 30_000}}}}}", "size"
    yield "20000_aliases", aliases(20_000), "size"
    yield "10000_aliases", aliases(10_000), "size"
    yield "1000_aliases", aliases(600), "aliases"
    yield "4200_operations", " ".join(f"query Q{n}{{me{{id}}}}" for n in range(4_200)), "size"
    yield "100_operations", " ".join(f"query Q{n}{{me{{id}}}}" for n in range(100)), "definitions"
    yield "comments", "#\n" * 15_000 + "{me{id}}", "tokens"
    yield "2000_tokens", f"{{me{{{'id ' * 2_000}}}}}", "tokens"
    yield "directives_flood", f"{{me{{id{'@a' * 900}}}}}", "directives"
    yield "directives_of_variables", f"query({' '.join(f'$v{n}:Int@a' for n in range(100))}){{me{{id}}}}", "directives"
    yield "root_fields", "{" + " ".join(f"a{n}:__typename" for n in range(21)) + "}", "rootFields"
    yield "root_fields_in_fragments", "{...F ...F} fragment F on Query{" + "__typename " * 11 + "}", "rootFields"
    yield "repeats", f"{{me{{{'id ' * 900}}}}}", "repeats"
    yield "chained_bomb", chained_bomb(), "fields"
    yield "wide_bomb", wide_bomb(), "fields"
    yield "300_activities", activities(300), "tokens"
    yield "60_activities", activities(60), "aliases"
    yield "500_store_healths", "{" + " ".join(f"a{n}:storeHealth{{store}}" for n in range(500)) + "}", "tokens"
    yield "50_store_healths", "{" + " ".join(f"a{n}:storeHealth{{store}}" for n in range(50)) + "}", "rootFields"
    for levels in range(5, 15):
        yield f"nested_{levels}", nested(levels), "depth"
    yield "nested_3", nested(3).replace("first:20", "first:100"), "cost"
    yield "cube", cube(), "cost"
    yield "introspection_depth", "{__schema{types{" + "ofType{" * 20 + "name" + "}" * 20 + "}}}", "introspectionDepth"
    yield (
        "introspection_fields",
        "{" + " ".join(f"a{n}:__schema{{types{{...T}}}}" for n in range(20)) + "} fragment T on __Type{"
        "kind name description fields{name description args{name} type{name kind ofType{name kind ofType{name}}}}"
        " inputFields{name type{name kind ofType{name kind ofType{name}}}} possibleTypes{name} enumValues{name}}",
        "introspectionFields",
    )


HOSTILE = list(hostile_documents())
