"""Random values of input types: as JSON for variables, as literals and as variables in a document."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
    is_required_input_field,
)

Hints = Mapping[str, Sequence[Any]]
"""JSON values by the name of a field and its argument (`course.key`), else of the argument or an input field, else of a
scalar."""
SCALARS: Hints = {
    "Int": (0, 1, 2, 3, 3, 5),
    "Float": (0, 0.5, 1, 2.5, -3),
    "String": ("", "a", "p1", 'text "quoted" \\ \N{BUG}\n'),
    "ID": ("p0", "p1", "p3", "gone", 4),
    "Boolean": (True, False),
    "DateTime": ("2026-03-29T12:00:00Z", "2026-03-30T01:00:00.5+02:00"),
    "JSON": ({"a": [1, None]}, "text", 3),
}


@dataclass(slots=True)
class Variable:
    """A variable of a document. `hint`: the name by which its values are chosen; `default`: its literal, None without
    one."""

    name: str
    kind: GraphQLInputType
    hint: str = ""
    default: str | None = None

    @property
    def declaration(self) -> str:
        """As the operation declares it."""
        return f"${self.name}: {self.kind}" + ("" if self.default is None else f" = {self.default}")

    @property
    def may_be_absent(self) -> bool:
        """Whether a request need not give a value."""
        return self.default is not None or not isinstance(self.kind, GraphQLNonNull)


@dataclass(slots=True)
class InputValues:
    """Makes values for the arguments of one document, and collects its variables."""

    chance: Random
    hints: Hints
    variables: list[Variable] = field(default_factory=list)

    def text(self, name: str, kind: GraphQLInputType, *, has_default: bool = False, depth: int = 2) -> str:
        """A literal or a variable for a position of this type. `has_default`: of the argument or input field."""
        if self.chance.random() < 0.3:
            return f"${self._variable(name, kind, has_default).name}"
        if isinstance(kind, GraphQLNonNull):
            return self._literal(name, kind.of_type, depth)
        return "null" if self.chance.random() < 0.08 else self._literal(name, kind, depth)

    def _literal(self, name: str, kind: Any, depth: int) -> str:
        if isinstance(kind, GraphQLList):
            if self.chance.random() < 0.1:  # one value is coerced to a list
                return self._literal(name, getattr(kind.of_type, "of_type", kind.of_type), depth)
            items = (self.text(name, kind.of_type, depth=depth) for _ in range(self.chance.choice([0, 1, 2, 3])))
            return f"[{', '.join(items)}]"
        if isinstance(kind, GraphQLInputObjectType):
            fields = (
                f"{key}: {self.text(key, each.type, has_default=each.default_value is not Undefined, depth=depth - 1)}"
                for key, each in kind.fields.items()
                if is_required_input_field(each) or (depth > 0 and self.chance.random() < 0.4)
            )
            return "{" + ", ".join(fields) + "}"
        return literal_of(kind, self.json(name, GraphQLNonNull(kind)))

    def _variable(self, name: str, kind: GraphQLInputType, has_default: bool) -> Variable:
        """A variable that may stand in a position of this type."""
        nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        chosen: GraphQLInputType = kind
        default = None
        if isinstance(kind, GraphQLNonNull):
            if self.chance.random() < 0.4:  # a nullable one is allowed if it or the position has a default
                if self.chance.random() < 0.5:
                    chosen, default = nullable, self._constant(name, kind)
                elif has_default:
                    chosen = nullable
        elif self.chance.random() < 0.3:
            chosen = GraphQLNonNull(nullable)
        elif self.chance.random() < 0.3:
            default = self._constant(name, kind)
        for known in self.variables:
            if known.kind == chosen and known.default == default and self.chance.random() < 0.5:
                return known
        made = Variable(f"{name.rpartition('.')[2]}{len(self.variables)}", chosen, name, default)
        self.variables.append(made)
        return made

    def condition(self) -> str:
        """A literal or a variable for `@skip` and `@include`."""
        if self.chance.random() < 0.3:
            return self.chance.choice(["true", "false"])
        named = {each.name: each for each in self.variables}
        name = self.chance.choice(["yes", "no", "maybe"])
        if name not in named:
            default = {"yes": "true", "no": "false", "maybe": None}[name]
            self.variables.append(Variable(name, GraphQLNonNull(GraphQLBoolean), default=default))
        return f"${name}"

    def _constant(self, name: str, kind: GraphQLInputType) -> str:
        return literal_of(kind, self.json(name, kind))

    def json(self, name: str, kind: Any, depth: int = 2) -> Any:
        """A JSON value of this type."""
        if not isinstance(kind, GraphQLNonNull):
            return None if self.chance.random() < 0.15 else self.json(name, GraphQLNonNull(kind), depth)
        inner = kind.of_type
        if isinstance(inner, GraphQLList):
            return [self.json(name, inner.of_type, depth) for _ in range(self.chance.choice([0, 1, 2, 3]))]
        if isinstance(inner, GraphQLEnumType):
            return self.chance.choice(list(inner.values))
        if isinstance(inner, GraphQLInputObjectType):
            return {
                key: self.json(key, each.type, depth - 1)
                for key, each in inner.fields.items()
                if is_required_input_field(each) or (depth > 0 and self.chance.random() < 0.4)
            }
        hints, last = self.hints, name.rpartition(".")[2]
        return self.chance.choice(hints.get(name) or hints.get(last) or hints.get(inner.name) or SCALARS[inner.name])

    def given(self) -> dict[str, Any]:
        """Values for the variables. Those that may be absent are, now and then."""
        return {
            each.name: self.json(each.hint, each.kind)
            for each in self.variables
            if not (each.may_be_absent and self.chance.random() < 0.4)
        }


def literal(value: Any) -> str:
    """A JSON value as a literal of a scalar."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value)


def literal_of(kind: Any, value: Any) -> str:
    """A JSON value of an input type as a GraphQL literal: names of enum members are not quoted."""
    if isinstance(kind, GraphQLNonNull):
        return literal_of(kind.of_type, value)
    if value is None:
        return "null"
    if isinstance(kind, GraphQLList):
        return "[" + ", ".join(literal_of(kind.of_type, each) for each in value) + "]"
    if isinstance(kind, GraphQLInputObjectType):
        return "{" + ", ".join(f"{key}: {literal_of(kind.fields[key].type, each)}" for key, each in value.items()) + "}"
    return value if isinstance(kind, GraphQLEnumType) else literal(value)
