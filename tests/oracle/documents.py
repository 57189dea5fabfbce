"""Random valid documents of a schema: aliases, merged fields, fragments, conditions and variables."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    Undefined,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.oracle.input_values import Hints, InputValues

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
MOST_FRAGMENTS = 4
MOST_FIELDS = 40
"""About: a document that has as many gets leaves only."""


@dataclass(frozen=True, slots=True)
class Request:
    """A document and two sets of variables for it."""

    text: str
    operation_name: str | None
    variables: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class Selected:
    """What a response name selects: fields of one name that are merged have equal arguments."""

    name: str
    kind: str
    arguments: str
    beneath: "Scope"


@dataclass(slots=True)
class Scope:
    """The response names of one object of the response. In a fragment, which may be spread into several, fields with
    arguments have the alias `prefix` and a number."""

    prefix: str = ""
    selected: dict[str, Selected] = field(default_factory=dict)


class DocumentMaker:
    """Makes one document. `hints`: values of arguments; `omitted`: fields such as `Type.name` that never occur."""

    def __init__(self, schema: GraphQLSchema, chance: Random, hints: Hints, omitted: frozenset[str]) -> None:
        self._schema = schema
        self._chance = chance
        self._omitted = omitted
        self._values = InputValues(chance, hints)
        self._fragments: dict[str, tuple[Composite, str]] = {}
        self._left = MOST_FIELDS
        self._aliases = 0

    def request(self, operation: OperationType = OperationType.QUERY) -> Request:
        """The document with its variables. A few are not valid."""
        root = self._schema.get_root_type(operation)
        assert root is not None
        body = self._selections(root, Scope(), self._chance.choice([2, 3, 3, 4, 5, 7]))
        if operation is OperationType.QUERY and self._chance.random() < 0.02:
            body = body.removesuffix("}") + '__type(name: "Query") { name } }'
        declared = ", ".join(each.declaration for each in self._values.variables)
        parts = [f"{operation.value} Made{f'({declared})' if declared else ''} {body}"]
        parts += [f"fragment {name} on {kind.name} {text}" for name, (kind, text) in self._fragments.items()]
        other = self._chance.random() < 0.1
        if other:
            parts.insert(0, "query Other { __typename }")
        return Request("\n".join(parts), "Made" if other else None, (self._values.given(), self._values.given()))

    def _selections(self, kind: Composite, scope: Scope, depth: int) -> str:
        several = self._chance.choice([1, 2, 2, 3, 4])
        made = [self._selection(kind, scope, depth) for _ in range(several)]
        return "{ " + " ".join(each for each in made if each) + " }" if any(made) else "{ __typename }"

    def _selection(self, kind: Composite, scope: Scope, depth: int) -> str:
        roll = self._chance.random()
        abstract = not isinstance(kind, GraphQLObjectType)
        if roll < 0.06:
            return self._chance.choice(["__typename", "its_type: __typename"]) + self._condition()
        if roll < (0.5 if abstract else 0.16) and depth > 0:
            return self._inline(kind, scope, depth)
        if roll < (0.62 if abstract else 0.24) and depth > 0:
            return self._spread(kind, depth)
        if isinstance(kind, GraphQLUnionType):
            return "__typename"
        if roll > 0.93 and scope.selected:
            return self._repeated(kind, scope, depth)
        return self._field(kind, scope, depth)

    def _condition(self) -> str:
        if self._chance.random() > 0.12:
            return ""
        first, second = self._chance.choice([("skip", ""), ("include", ""), ("skip", "include")])
        text = f" @{first}(if: {self._values.condition()})"
        return text + (f" @{second}(if: {self._values.condition()})" if second else "")

    def _overlapping(self, kind: Composite) -> list[Composite]:
        """The types whose objects may be of this one."""
        mine = self._possible(kind)
        kinds = (each for each in self._schema.type_map.values() if not each.name.startswith("__"))
        return [each for each in kinds if isinstance(each, Composite) and mine & self._possible(each)]

    def _possible(self, kind: Composite) -> set[str]:
        if isinstance(kind, GraphQLObjectType):
            return {kind.name}
        return {each.name for each in self._schema.get_possible_types(kind)}

    def _inline(self, kind: Composite, scope: Scope, depth: int) -> str:
        if self._chance.random() < 0.15:
            return f"...{self._condition()} {self._selections(kind, scope, depth - 1)}"
        chosen = self._chance.choice(self._overlapping(kind))
        return f"... on {chosen.name}{self._condition()} {self._selections(chosen, scope, depth - 1)}"

    def _spread(self, kind: Composite, depth: int) -> str:
        mine = self._possible(kind)
        usable = [name for name, (each, _) in self._fragments.items() if mine & self._possible(each)]
        if usable and self._chance.random() < 0.6:
            return f"...{self._chance.choice(usable)}{self._condition()}"
        if len(self._fragments) >= MOST_FRAGMENTS:
            return "__typename"
        chosen = self._chance.choice(self._overlapping(kind))
        self._aliases += 1
        name = f"F{self._aliases}"
        text = self._selections(chosen, Scope(prefix=f"f{self._aliases}_"), depth - 1)
        self._fragments[name] = chosen, text
        return f"...{name}{self._condition()}"

    def _repeated(self, kind: GraphQLObjectType | GraphQLInterfaceType, scope: Scope, depth: int) -> str:
        """A field that is selected already, once more: it is merged."""
        key = self._chance.choice(list(scope.selected))
        selected = scope.selected[key]
        found = kind.fields.get(selected.name)
        if found is None or str(found.type) != selected.kind:
            return "__typename"
        return self._written(key, selected, found, depth)

    def _field(self, kind: GraphQLObjectType | GraphQLInterfaceType, scope: Scope, depth: int) -> str:
        leaves_only = depth <= 0 or self._left <= 0
        names = [
            name
            for name, each in kind.fields.items()
            if f"{kind.name}.{name}" not in self._omitted and not (leaves_only and not self._is_leaf(each))
        ]
        if not names:
            return "__typename"
        weights = [1 if self._is_leaf(kind.fields[each]) else 2 for each in names]
        [name] = self._chance.choices(names, weights)
        found = kind.fields[name]
        if not self._is_leaf(found) or self._chance.random() < 0.5:
            self._left -= 1
        known = scope.selected.get(name)
        free = known is None and not (scope.prefix and found.args)
        if free and self._chance.random() < 0.8:
            key = name
        elif known is not None and str(found.type) == known.kind and self._chance.random() < 0.5:
            return self._written(name, known, found, depth)
        else:
            self._aliases += 1
            key = f"{scope.prefix or 'a'}{self._aliases}"
        selected = Selected(name, str(found.type), self._arguments(name, found), Scope(scope.prefix))
        scope.selected[key] = selected
        return self._written(key, selected, found, depth)

    def _written(self, key: str, selected: Selected, found: GraphQLField, depth: int) -> str:
        alias = "" if key == selected.name else f"{key}: "
        text = f"{alias}{selected.name}{selected.arguments}{self._condition()}"
        beneath: Any = get_named_type(found.type)
        return text if self._is_leaf(found) else f"{text} {self._selections(beneath, selected.beneath, depth - 1)}"

    def _is_leaf(self, found: GraphQLField) -> bool:
        return is_leaf_type(get_named_type(found.type))

    def _value(self, name: str, argument: GraphQLArgument) -> str:
        return self._values.text(name, argument.type, has_default=argument.default_value is not Undefined)

    def _arguments(self, field_name: str, found: GraphQLField) -> str:
        given = [
            f"{name}: {self._value(f'{field_name}.{name}', each)}"
            for name, each in found.args.items()
            if is_required_argument(each) or self._chance.random() < 0.5
        ]
        return f"({', '.join(given)})" if given else ""
