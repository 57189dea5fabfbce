"""The compiled executor answers as graphql-core does; and the comparison finds what differs."""

import gc
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from resolvers.context import ExecutorName, Peer
from resolvers.execution.compiled.counters import Fallback
from tests.oracle.answers import Answer, Error, differences
from tests.oracle.cases import Case, Difference, compare
from tests.oracle.kitchen_sink.query import KITCHEN_SINK
from tests.oracle.run import case_of, plans_of, run
from tests.oracle.school_cases import SUBGRAPH
from tests.oracle.shrinking import shrink, smaller
from tests.resolvers import world

# After an error, graphql-core and strawberry drop coroutines of siblings that they have not awaited.
DROPPED = "(Executor.complete_awaitable_value|Executor.execute_fields|GraphQLCoreConverter.from_resolver)"
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:coroutine '{DROPPED}.* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings(
        f"ignore:Exception ignored in. <coroutine object {DROPPED}:pytest.PytestUnraisableExceptionWarning"
    ),
]
SEED = 12
DATA = json.dumps({"a": None, "b": [{"c": 1}, {"c": None}]})
BOOM, OTHER = Error(("b", 1, "c"), "INTERNAL", "Boom"), Error(("b", 0, "c"), "CODE", "text")
PLAIN = Answer(DATA, Counter({BOOM: 1}), Counter({("pets", "kits"): 2}))


@pytest.fixture(autouse=True)
def dropped_coroutines_are_collected() -> Iterator[None]:
    """A later test would be blamed for them: the filters above are for the tests of this file."""
    yield
    gc.collect()


async def test_both_executors_give_equal_answers(pytestconfig: pytest.Config) -> None:
    """The data are equal, every error is there, and no plan makes more store calls."""
    documents = 4_000 if pytestconfig.getoption("--long") else 500
    tally = await run(range(documents), SEED)
    assert tally.differences == {}, "\n".join(map(str, tally.differences.values()))
    assert tally.compared > 1.8 * documents, "too many of the documents are not valid"


async def test_the_documents_run_as_plans() -> None:
    schemas = KITCHEN_SINK, SUBGRAPH
    before = [(each.run, Counter(each.fallback)) for each in plans_of(*schemas)]
    tally = await run(range(200, 260), SEED)
    for counters, (runs, fallbacks) in zip(plans_of(*schemas), before, strict=True):
        assert counters.run - runs > 0.4 * tally.compared
        assert set(counters.fallback - fallbacks) <= {Fallback.REFERENCE, Fallback.INTROSPECTION, Fallback.MUTATION}


@pytest.mark.parametrize(
    ("compiled", "wrong"),
    [
        (PLAIN, []),
        (PLAIN._replace(data=DATA.replace("1", "2")), ["the data differ"]),
        (PLAIN._replace(errors=Counter()), [f"lacks the error {BOOM}"]),
        (PLAIN._replace(errors=PLAIN.errors + Counter({Error(("a", "x"), "CODE", "beneath a null"): 1})), []),
        (
            PLAIN._replace(errors=PLAIN.errors + Counter({OTHER: 1})),
            [f"has an error where the data are not null: {OTHER}"],
        ),
        (
            PLAIN._replace(errors=PLAIN.errors + PLAIN.errors),
            [f"has an error 2 times: {BOOM}"],
        ),
        (PLAIN._replace(calls=Counter({("pets", "kits"): 1})), []),
        (PLAIN._replace(calls=Counter({("pets", "kits"): 3})), ["makes 1 more calls of pets.kits"]),
    ],
)
def test_what_counts_as_a_difference(compiled: Answer, wrong: list[str]) -> None:
    assert differences(PLAIN, compiled) == wrong


def test_an_error_that_nulled_a_parent_may_have_kept_the_reference_from_reading() -> None:
    reference = Answer('{"a": null}', Counter({Error(("a", "x"), "INTERNAL", "Boom"): 1}), Counter())
    compiled = reference._replace(calls=Counter({("pets", "kits"): 1}))
    assert differences(reference, compiled) == []


async def test_a_planted_difference_is_found_and_its_document_made_small() -> None:
    """The compiled executor's peer has another viewer."""
    school = await world.open_school()
    found = [await _planted(case_of(number, SEED, school)) for number in range(0, 60, 2)]
    [difference, *_] = [each for each in found if each is not None]
    small = await shrink(difference)
    assert small.wrong
    assert len(small.case.request.text) <= min(200, len(difference.case.request.text))
    assert "reference: " in str(small)
    assert "compiled: " in str(small)


async def _planted(case: Case) -> Difference | None:
    def peer_of(executor: ExecutorName) -> Peer:
        peer = case.peer_of(executor)
        return replace(peer, viewer=world.learner("nobody")) if executor == "compiled" else peer

    _, difference = await compare(replace(case, peer_of=peer_of))
    return difference


async def test_the_documents_of_a_seed_are_the_same_in_every_run() -> None:
    school = await world.open_school()
    first, second = [[case_of(number, SEED, school).request for number in range(40)] for _ in range(2)]
    assert first == second
    assert len({request.text for request in first}) == 40


def test_smaller_documents_have_one_thing_less() -> None:
    operation = "query Q($k: Int) { a: pets(first: $k) @skip(if: false) { ... on Cat { key } } ...F }"
    found = set(smaller(f"{operation} fragment F on Query {{ one {{ name }} }}"))
    assert "query Q {\n  ...F\n}\n\nfragment F on Query {\n  one {\n    name\n  }\n}" in found
    assert any("... on Cat" not in each and "key" in each for each in found)
    assert all(("fragment F" in each) == ("...F" in each) for each in found)
    assert all(("$k: Int" in each) == ("first: $k" in each) for each in found)
