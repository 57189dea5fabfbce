"""What an operation selects at a path beneath a field, and the attributes of events that are read for it."""

from typing import Any

import pytest
from graphql import parse
from graphql.language import FragmentDefinitionNode, OperationDefinitionNode
from strawberry.relay import to_base64

from resolvers.schema import build_schema
from resolvers.strawberry_internals import core_schema
from resolvers.types.interaction import READS
from resolvers.types.selection import selected_in_operation
from stores.domain.event_codec import FIELDS
from tests.resolvers import world

SCHEMA = build_schema()
LEARNER = to_base64("Learner", world.ADA)
INTERACTION: Any = core_schema(SCHEMA).type_map["Interaction"]
BENEATH = {"item": "{ title }", "course": "{ title }"}


def selected(document: str, name: str, path: str, **variables: Any) -> set[str]:
    parsed = parse(document)
    [operation] = [each for each in parsed.definitions if isinstance(each, OperationDefinitionNode)]
    fragments = {each.name.value: each for each in parsed.definitions if isinstance(each, FragmentDefinitionNode)}
    return set(selected_in_operation(name, path.split(), operation, fragments, variables))


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ("{ a }", ""),
        ("{ t { edges { node { x y: z } cursor } } }", "x z"),
        ("{ t { edges { node { x } } edges { node { y } } other { node { z } } } }", "x y"),
        ("{ t { one: edges { node { x } } two: edges { node { y { z } } } } }", "x y"),
        ("{ a { t { edges { node { x } } } } b { c { u: t { edges { node { y } } } } } }", "x y"),
        (
            "{ t { ... { edges { ...E } } } } fragment E on E { node { ... on N { x } ...F } } fragment F on N { y }",
            "x y",
        ),
        ("{ t { edges @skip(if: true) { node { x } } } }", ""),
        ("{ t { edges { node { x @include(if: $no) y @include(if: $yes) } } } }", "y"),
        ("{ t @include(if: $no) { edges { node { x } } } t { edges { node { y } } } }", "y"),
        ("{ ...A } fragment A on Q { a { ...B ...B } } fragment B on A { t { edges { node { x } } } }", "x"),
        ("{ t { edges { node { __typename t { edges { node { x } } } } } } }", "__typename t x"),
    ],
)
def test_the_selections_of_all_fields_of_one_name_are_joined(document: str, found: str) -> None:
    assert selected(document, "t", "edges node", yes=True, no=False) == set(found.split())


def test_a_path_of_no_names_is_directly_beneath() -> None:
    assert selected("{ t { a { b } c } }", "t", "") == {"a", "c"}


def test_fragments_that_spread_each_other_twice_are_visited_once() -> None:
    """Otherwise this one would take 2 to the power of 60 steps."""
    bomb = [f"fragment F{n} on T {{ ...F{n + 1} t {{ ...F{n + 1} }} }}" for n in range(60)]
    assert selected(f"{{ t {{ ...F0 }} }} {' '.join(bomb)} fragment F60 on T {{ x }}", "t", "") == {"t", "x"}


def test_every_field_of_an_event_names_the_attributes_that_it_reads() -> None:
    assert READS.keys() == INTERACTION.fields.keys()
    assert {name for names in READS.values() for name in names} <= FIELDS.keys()


async def answered(query: str) -> tuple[Any, list[Any]]:
    peer = world.peer_of(await world.open_school(), world.admin(), trace=True)
    result = await SCHEMA.execute(query, context_value=peer)
    assert result.errors is None
    batches = (result.extensions or {})["stores"]["batches"]
    return result.data, [batch for batch in batches if batch["store"] == "timeline"]


def events_of(learner: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in learner["timeline"]["edges"]]


async def test_a_field_has_the_same_value_whichever_others_are_selected() -> None:
    ask = f'{{ learner(id: "{LEARNER}") {{ timeline {{ edges {{ node {{ %s }} }} }} }} }}'
    fields = {name: f"{name} {BENEATH.get(name, '')}" for name in INTERACTION.fields}
    whole, _ = await answered(ask % " ".join(fields.values()))
    assert len(events_of(whole["learner"])) > 3
    for name, text in fields.items():
        alone, _ = await answered(ask % text)
        assert [event[name] for event in events_of(alone["learner"])] == [
            event[name] for event in events_of(whole["learner"])
        ]


async def test_fields_with_different_selections_are_read_in_one_call() -> None:
    learner = f'learner(id: "{LEARNER}")'
    first, second = "timeline { edges { node { at } } }", "timeline { edges { node { score verb } } }"
    for query in (
        f"{{ {learner} {{ {first} b: {second} }} }}",
        f"{{ a: {learner} {{ {first} }} b: {learner} {{ {second} }} }}",
    ):
        _, calls = await answered(query)
        assert len(calls) == 1
