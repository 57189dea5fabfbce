"""Compiled coercion of variables agrees with graphql-core, on random input types and values."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDefaultInput,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    ValuesOfCorrectTypeRule,
    build_schema,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from resolvers.documents.document import Document
from resolvers.strawberry_internals import core_schema
from tests.resolvers.queries import SCHEMA


def parse_even(value: Any) -> Any:
    """The parser of a scalar with every way to refuse a value."""
    if not isinstance(value, int):
        raise TypeError(value)
    return Undefined if value % 2 else (value, "even")


EVEN = GraphQLScalarType("Even", coerce_input_value=parse_even)
ANY = GraphQLScalarType("Any")
COLOR = GraphQLEnumType("Color", {"RED": 1, "GREEN": ["a", "list"], "BLUE": None})
LEAVES = [GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString, EVEN, ANY, COLOR]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 2, -3, 2**31, 2**31 - 1, -(2**31), 2**80, 0.5, 2.0, 1e300, float("inf"), float("nan")),
    *("", "x", "RED", "BLUE", "7", [], ["RED"], [[1, 2]], [None], (1, 2), {1}, {}, {"a": 1}, b"x", Undefined),
]


class World:
    """A schema with random input types, and random operations and values for it."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.kinds: list[Any] = [*LEAVES]
        for number in range(self.chance.randrange(1, 6)):
            self.kinds.append(self._object(f"Input{number}"))
        arguments = {kind.name.lower(): GraphQLArgument(kind) for kind in self.kinds}
        query = GraphQLObjectType("Query", {"field": GraphQLField(GraphQLString, arguments)})
        self.schema = GraphQLSchema(query)

    def _object(self, name: str) -> GraphQLInputObjectType:
        chance, fields = self.chance, {}
        is_one_of = chance.random() < 0.2
        for place in range(chance.randrange(1, 7)):
            kind = self._wrapped(chance.choice(self.kinds), nullable=is_one_of)
            out_name = f"renamed_{place}" if chance.random() < 0.2 else None
            default = self._valid(kind) if chance.random() < 0.3 and not is_one_of else Undefined
            given: dict[str, Any] = {} if default is Undefined else {"default": GraphQLDefaultInput(default)}
            fields[chance.choice(["a", "b", "c", "d", "e"]) + str(place)] = GraphQLInputField(
                kind, out_name=out_name, **given
            )
        out_type = (lambda value: ("made", value)) if chance.random() < 0.2 else None
        return GraphQLInputObjectType(name, fields, is_one_of=is_one_of, out_type=out_type)

    def _wrapped(self, kind: Any, *, nullable: bool = False) -> Any:
        for _ in range(self.chance.randrange(3)):
            kind = GraphQLList(kind) if self.chance.random() < 0.5 else self._not_null(kind)
        return kind.of_type if nullable and isinstance(kind, GraphQLNonNull) else kind

    def _not_null(self, kind: Any) -> Any:
        return kind if isinstance(kind, GraphQLNonNull) else GraphQLNonNull(kind)

    def _valid(self, kind: Any) -> Any:
        """A value of the type, as a client sends it."""
        chance = self.chance
        if isinstance(kind, GraphQLNonNull):
            return self._valid(kind.of_type) if (value := self._valid(kind.of_type)) is None else value
        if isinstance(kind, GraphQLList):
            return [self._valid(kind.of_type) for _ in range(chance.randrange(3))]
        if isinstance(kind, GraphQLInputObjectType):
            names = [chance.choice(list(kind.fields))] if kind.is_one_of else list(kind.fields)
            return {name: self._valid(kind.fields[name].type) for name in names}
        return {
            "Boolean": True,
            "Float": chance.choice([0.5, 3]),
            "ID": chance.choice(["x", 7]),
            "Int": chance.choice([5, 5.0]),
            "String": "text",
            "Even": 4,
            "Any": {"any": [1]},
            "Color": chance.choice(["RED", "GREEN"]),
        }[kind.name]

    def value(self, kind: Any) -> Any:
        """A value that fits, nearly fits or does not."""
        chance = self.chance
        if chance.random() < 0.04:
            return chance.choice(VALUES)
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type)
        if chance.random() < 0.06:
            return None
        if isinstance(kind, GraphQLList):
            if chance.random() < 0.15:
                return self.value(kind.of_type)
            return [self.value(kind.of_type) for _ in range(chance.randrange(3))]
        if isinstance(kind, GraphQLInputObjectType):
            names = [name for name in kind.fields if chance.random() < 0.9]
            if kind.is_one_of and chance.random() < 0.8:
                names = names[:1]
            chance.shuffle(names)
            given = {name: self.value(kind.fields[name].type) for name in names}
            return given | {"unknown": 1} if chance.random() < 0.03 else given
        return self._valid(kind)

    def operation(self) -> tuple[str, Mapping[str, Any]]:
        """The text of an operation with variables, and values for it."""
        definitions, given = [], {}
        for number in range(self.chance.randrange(1, 4)):
            kind = self._wrapped(self.chance.choice(self.kinds))
            default = ""
            if self.chance.random() < 0.3:
                default = self.chance.choice(
                    ["= 4", "= null", '= "x"', "= RED", "= {}", "= []", "= [4]", "= [{}]", "= {any: [1]}"]
                )
            definitions.append(f"$v{number}: {kind} {default}")
            if self.chance.random() < 0.85:
                given[f"v{number}"] = self.value(kind)
        return f"query ({', '.join(definitions)}) {{ field }}", given


def expected_of(schema: GraphQLSchema, document: DocumentNode, given: Mapping[str, Any]) -> Any:
    """What graphql-core makes of the values of the document's only operation: values or errors."""
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return get_variable_values(schema, operation.variable_definitions or (), dict(given))


def agrees(schema: GraphQLSchema, document: DocumentNode, given: Mapping[str, Any]) -> bool:
    """Compare both ways to coerce the values. Returns whether the compiled one did."""
    expected = expected_of(schema, document, given)
    variables = Document(schema, document).variables(None)
    values = None if variables is None else variables.coerce(given)
    if values is None:
        return False
    assert not isinstance(expected, list), (given, expected)
    assert repr(values.coerced) == repr(expected.coerced), given
    assert list(values.sources) == list(expected.sources)
    for name, source in values.sources.items():
        assert source.value is expected.sources[name].value
        assert source.signature.name == name
        assert str(source.signature.type) == str(expected.sources[name].signature.type)
        assert source.signature.default == expected.sources[name].signature.default
    return True


@pytest.mark.parametrize("seed", range(20))
def test_compiled_coercion_agrees_with_graphql_core(seed: int) -> None:
    world = World(seed)
    compiled = accepted = 0
    for _ in range(150):
        text, given = world.operation()
        document = parse(text)
        agreed = agrees(world.schema, document, given)
        if not validate(world.schema, document, [ValuesOfCorrectTypeRule]):  # its defaults are valid
            compiled += agreed
            accepted += not isinstance(expected_of(world.schema, document, given), list)
    assert compiled >= 0.9 * accepted > 0, "nearly every value that fits is coerced by compiled functions"


RECORD = "mutation ($events: [InteractionInput!]!) { recordInteractions(input: {events: $events}) { errors { code } } }"
EVENT = {"id": "10000000-0000-4000-8000-000000000001", "registration": "10000000-0000-4000-8000-000000000002"}
EVENT |= {"verb": "VIEWED", "at": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "given", "fits"),
    [
        (RECORD, {"events": [EVENT, {**EVENT, "score": 1, "extensions": {"a": [1]}}]}, True),
        (RECORD, {"events": EVENT}, True),
        (RECORD, {"events": [{**EVENT, "verb": "SLEPT"}]}, False),
        (RECORD, {"events": [{**EVENT, "unknown": 1}]}, False),
        (RECORD, {"events": [None]}, False),
        (RECORD, {}, False),
        ("query ($n: Int = 3) { courses(first: $n) { totalCount } }", {}, True),
        ("query ($n: Int = 3) { courses(first: $n) { totalCount } }", {"n": None}, True),
    ],
)
def test_the_operations_of_this_schema_agree(text: str, given: Mapping[str, Any], *, fits: bool) -> None:
    assert agrees(core_schema(SCHEMA), parse(text), given) is fits


def test_every_input_type_of_this_schema_is_compiled() -> None:
    schema = core_schema(SCHEMA)
    inputs = [name for name, kind in schema.type_map.items() if isinstance(kind, GraphQLInputObjectType)]
    assert inputs
    for name in inputs:
        assert Document(schema, parse(f"query ($v: {name}) {{ __typename }}")).variables(None) is not None, name


def test_types_that_refer_to_themselves_are_left_to_graphql_core() -> None:
    """It counts how deep their values are nested."""
    schema = build_schema(
        "input A { b: [B!], n: Int = 1 } input B { a: A } input C { n: Int } type Query { f(a: A): Int }"
    )
    assert Document(schema, parse("query ($v: A) { f(a: $v) }")).variables(None) is None
    assert Document(schema, parse("query ($v: B) { f(a: $v) }")).variables(None) is None
    assert Document(schema, parse("query ($v: C) { __typename }")).variables(None) is not None


def test_each_request_gets_its_own_default_that_can_be_changed() -> None:
    schema = build_schema("type Query { f(a: [Int]): Int }")
    variables = Document(schema, parse("query ($v: [Int] = [1]) { f(a: $v) }")).variables(None)
    assert variables is not None
    first, second = variables.coerce({}), variables.coerce({})
    assert first is not None
    assert second is not None
    assert first.coerced == second.coerced == {"v": [1]}
    assert first.coerced["v"] is not second.coerced["v"]
