"""Random documents of a schema: most are valid, some have hostile values or damaged text."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

DEEPEST = 7
HOSTILE: Sequence[str] = (
    *("null", "true", "-1", "0", "9223372036854775808", "1e400", "-0.0", '""', '"\\u0000"', '"' + "x" * 5_000 + '"'),
    *(
        '"\'; DROP TABLE enrollments; --"',
        '"{\\"$gt\\": \\"\\"}"',
        '"../../etc/passwd"',
        "[]",
        "[[[]]]",
        "{}",
        "{a: 1}",
    ),
    *(
        '"2026-02-30T00:00:00Z"',
        '"9999-12-31T23:59:59Z"',
        '"\\ud800"',
        '"\U0001f468‍\U0001f469‍\U0001f467"',
        "FOO",
        "$missing",
    ),
)
"""Literals that fit few types."""
DAMAGE: Sequence[str] = ("{", "}", "(", '"', "…", "\x00", "#", "@skip(if: true)", "@include", "...", "$", "\n\n", "﻿")


@dataclass(frozen=True, slots=True)
class Generator:
    """Documents of `schema`. `values`: literals by the name of an argument, an input field or a scalar, such as ids
    that exist."""

    schema: GraphQLSchema
    values: Mapping[str, Sequence[str]]
    chance: Random

    def request(self) -> dict[str, Any]:
        """The body of a request."""
        root = self.schema.query_type if self.chance.random() < 0.8 else self.schema.mutation_type
        assert root is not None
        kind = "query" if root is self.schema.query_type else "mutation"
        text = f"{kind} Made {self._selections(root, DEEPEST)}"
        for _ in range(self.chance.choice([0] * 8 + [1, 3])):
            place = self.chance.randrange(len(text))
            text = text[:place] + self.chance.choice(DAMAGE) + text[place + self.chance.randrange(3) :]
        return {"query": text, "operationName": "Made" if self.chance.random() < 0.5 else None}

    def _selections(self, kind: GraphQLObjectType, depth: int) -> str:
        names = [name for name, field in kind.fields.items() if depth > 1 or is_leaf_type(get_named_type(field.type))]
        chosen = self.chance.sample(names, k=min(len(names), self.chance.choice([1, 1, 2, 3, 5])))
        fields = [self._field(kind, name, depth) for name in chosen] or ["__typename"]
        return "{ " + " ".join(fields) + " }"

    def _field(self, kind: GraphQLObjectType, name: str, depth: int) -> str:
        field = kind.fields[name]
        arguments = [
            f"{each}: {self._value(each, argument.type)}"
            for each, argument in field.args.items()
            if is_required_argument(argument) or self.chance.random() < 0.4
        ]
        alias = f"a{self.chance.randrange(9)}: " if self.chance.random() < 0.2 else ""
        given = f"({', '.join(arguments)})" if arguments else ""
        return f"{alias}{name}{given}{self._beneath(field.type, depth - 1)}"

    def _beneath(self, returns: GraphQLOutputType, depth: int) -> str:
        kind = get_named_type(returns)
        if is_leaf_type(kind):
            return ""
        if is_abstract_type(kind):
            made = self.chance.choice(self.schema.get_possible_types(kind))
            return f" {{ __typename ... on {made.name} {self._selections(made, depth)} }}"
        assert isinstance(kind, GraphQLObjectType)
        return f" {self._selections(kind, depth)}"

    def _value(self, name: str, kind: GraphQLInputType, depth: int = 3) -> str:
        if self.chance.random() < 0.04:
            return self.chance.choice(HOSTILE)
        if isinstance(kind, GraphQLNonNull):
            return self._value(name, kind.of_type, depth)
        if isinstance(kind, GraphQLList):
            many = self.chance.choice([0, 1, 2, 2, 20])
            return f"[{', '.join(self._value(name, kind.of_type, depth - 1) for _ in range(many))}]"
        if isinstance(kind, GraphQLEnumType):
            members: list[str] = list(kind.values)
            return self.chance.choice(members)
        if isinstance(kind, GraphQLInputObjectType):
            return self._input(kind, depth)
        known = self.values.get(name) or self.values.get(kind.name) or ("0", "1", '"a"', "true", "0.5")
        return self.chance.choice(known)

    def _input(self, kind: GraphQLInputObjectType, depth: int) -> str:
        fields = (
            f"{name}: {self._value(name, field.type, depth - 1)}"
            for name, field in kind.fields.items()
            if is_required_input_field(field) or (depth > 0 and self.chance.random() < 0.3)
        )
        return "{" + ", ".join(fields) + "}"


def literals(*values: object) -> list[str]:
    """These values as GraphQL literals."""
    return [json.dumps(value) for value in values]
