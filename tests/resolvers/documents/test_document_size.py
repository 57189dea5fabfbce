"""The size of documents, valid or not."""

from typing import Any

import pytest
from graphql import parse

from resolvers.documents.document_size import document_size


def size(text: str, *names: str) -> tuple[Any, ...]:
    found = document_size(parse(text))
    return tuple(getattr(found, name) for name in names)


@pytest.mark.parametrize(
    ("text", "depth", "fields", "root_fields"),
    [
        ("{a}", 1, 1, 1),
        ("{a{b c{d}}}", 3, 4, 1),
        ("{...{a ...{b}}}", 1, 2, 2),
        ("{a{...F}} fragment F on T{b{c}}", 3, 3, 1),
        ("{...F ...F b} fragment F on T{a{c}}", 2, 5, 3),
        ("query A{a b c} query B{a{b{c}}}", 3, 3, 3),
        ("{a} fragment F on T{a{b{c}}}", 3, 3, 1),
        ("fragment G on T{b{...F}} {a{...G}} fragment F on T{c{d}}", 4, 4, 1),
    ],
)
def test_fragments_are_counted_where_they_are_spread(text: str, depth: int, fields: int, root_fields: int) -> None:
    assert size(text, "depth", "fields", "root_fields") == (depth, fields, root_fields)


@pytest.mark.parametrize(
    "text",
    [
        "{...X}",
        "{...A} fragment A on T{...A}",
        "{...A} fragment A on T{...B} fragment B on T{...C} fragment C on T{...A}",
    ],
)
def test_cycles_and_unknown_fragments_count_as_nothing(text: str) -> None:
    assert size(text, "depth", "fields") == (0, 0)


def test_aliases_directives_and_repeats() -> None:
    text = "query($v: Int @d) @d {x: a ...F @d ...F a @d} fragment F on T @d {y: b @d z: b b ... @d {b @d b}}"
    assert size(text, "aliases", "directives", "repeats", "definitions") == (5, 2 + 2 + 2 * 4, 3, 2)


def test_repeats_are_counted_of_one_object_over_its_fragments() -> None:
    assert size("{a{id id} b{id}}", "repeats") == (2,)
    assert size("{...{a} ...{...{a}} a}", "repeats") == (3,)
    assert size("{...F ...F ...G a} fragment F on T{a ...G} fragment G on T{a}", "repeats") == (4,)
    assert size("{...F} fragment F on T{a a b{...F}}", "repeats") == (2,)


def test_introspection_is_counted_apart() -> None:
    text = "{a{b} __schema{types{...T}} __typename} fragment T on __Type{name fields{name}}"
    assert size(text, "depth", "fields") == (2, 3)
    assert size(text, "introspection_depth", "introspection_fields") == (4, 5)


def test_a_long_chain_of_fragments_needs_no_recursion() -> None:
    chain = " ".join(f"fragment F{n} on T{{a ...F{n + 1} ...F{n + 1}}}" for n in range(3_000))
    [fields] = size(f"{{...F0}} {chain} fragment F3000 on T{{a}}", "fields")
    assert fields == 2**3001 - 1
