"""Compiles an operation: its selection sets become plans of objects, level by level."""

from typing import Any

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    assert_object_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails, GroupedFieldSet, collect_fields, collect_subfields

from resolvers.execution.compiled.arguments import Arguments
from resolvers.execution.compiled.builder import Completed, Inline, Part, TypeName, generate, is_plain
from resolvers.execution.compiled.completion import Completion, Leaves, Lists, OrNull
from resolvers.execution.compiled.counters import Fallback
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.objects import Objects, ObjectsByType
from resolvers.execution.compiled.plan import ColumnField, ObjectPlan, Source
from resolvers.execution.compiled.root_sources import FromRoot, ListFromRoot
from resolvers.execution.compiled.sources import FromEvent, function_of_row, source_of
from resolvers.execution.compiled.store_sources import FromStore, Guarded
from resolvers.policy.table import STRICTER, Otherwise
from resolvers.strawberry_internals import scalar_registry
from resolvers.types.guard import GuardedField
from resolvers.types.root_list_field import RootListField
from resolvers.types.selection import selected_in_operation
from resolvers.types.store_field import RootStoreField, StoreField

MOST_FIELDS = 2_000
"""Of one plan."""


def nullable(kind: GraphQLOutputType) -> Any:
    """The type without the mark that excludes null."""
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


class NotCompiled(Exception):
    """The operation runs on graphql-core, for this reason."""

    def __init__(self, reason: Fallback) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Compiler:
    """Compiles one operation, for one combination of the variables of its `@skip` and `@include`. `fields`: how many it
    has compiled."""

    def __init__(self, executor: Executor[Any]) -> None:
        self._schema = executor.schema
        self._fragments = executor.fragments
        self._definitions = executor.fragment_definitions
        self._variables = executor.variable_values
        self._operation = executor.operation
        self._hide_suggestions = executor.hide_suggestions
        self.fields = 0
        registry = scalar_registry(executor.schema)
        self._classes = {each.name: python for python, each in registry.items() if isinstance(python, type)}

    def operation(self) -> ObjectPlan:
        """The plan of the operation. Raises `NotCompiled`."""
        root = assert_object_type(self._schema.get_root_type(self._operation.operation))
        collected = collect_fields(
            self._schema, self._fragments, self._variables, root, self._operation, self._hide_suggestions
        )
        return self._objects(root, collected.grouped_field_set, ())

    def payload(self, kind: GraphQLObjectType, details: list[FieldDetails], key: str) -> ObjectPlan:
        """The plan of what is selected beneath the root field `key`, which returns this type. Raises `NotCompiled`."""
        return self._objects(kind, self._beneath(kind, details), (key,))

    def _beneath(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> GroupedFieldSet:
        return collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, kind, details, self._hide_suggestions
        ).grouped_field_set

    def _objects(self, kind: GraphQLObjectType, groups: GroupedFieldSet, above: tuple[str, ...]) -> ObjectPlan:
        parts: list[Part] = []
        joins: dict[tuple[object, ...], Source] = {}
        columns: list[ColumnField] = []
        self.fields += len(groups)
        if self.fields > MOST_FIELDS:
            raise NotCompiled(Fallback.TOO_LARGE)
        for key, details in groups.items():
            name = details[0].node.name.value
            if name == "__typename":
                parts.append(TypeName(key))
                continue
            if name.startswith("__"):
                raise NotCompiled(Fallback.INTROSPECTION)
            definition = kind.fields[name]
            field = Field((*above, key), kind, definition, details, definition.extensions.get("strawberry-definition"))
            inline = self._inline(field, joins)
            if inline is None:
                columns.append(ColumnField(field, self._source(field), self._completion(definition.type, field)))
            parts.append(Completed(field) if inline is None else inline)
        return ObjectPlan(
            kind, parts, list(joins.values()), columns, generate(kind.name, parts, len(joins), self._classes)
        )

    def _inline(self, field: Field, joins: dict[tuple[object, ...], Source]) -> Inline | None:
        """The field as part of the generated loop, if it is a leaf that is read without arguments. Fields of the same
        record and with the same rule share a join."""
        leaf, definition = nullable(field.definition.type), field.strawberry
        if not is_leaf_type(leaf) or definition is None:
            return None
        if definition.is_basic_field and definition.default_resolver is getattr and is_plain(definition.python_name):
            return Inline(field, leaf, attribute=definition.python_name)
        if (function := function_of_row(field)) is not None:
            return Inline(field, leaf, function=function)
        declared, stricter = definition.metadata.get("store_field"), self._stricter(field)
        if not isinstance(declared, StoreField) or declared.attribute is None or declared.args is not None:
            return None
        if field.non_null or not is_plain(declared.attribute) or (stricter and stricter[1] is not Otherwise.FORBIDDEN):
            return None
        name = (declared.path, declared.key, stricter)
        if name not in joins:
            record = StoreField(path=declared.path, key=declared.key)
            joins[name] = FromStore(field, record, Arguments(field), frozenset(), stricter)
        return Inline(field, leaf, attribute=declared.attribute, join=list(joins).index(name))

    def _source(self, field: Field) -> Source:
        if field.parent is self._schema.subscription_type:
            return FromEvent()
        arguments, stricter = Arguments(field), self._stricter(field)
        metadata = {} if field.strawberry is None else field.strawberry.metadata
        match metadata.get("store_field") or metadata.get("guarded_field"):
            case StoreField() as declared:
                return FromStore(field, declared, arguments, self._selected(field, declared), stricter)
            case RootStoreField() as declared:
                return FromRoot(field, declared, arguments, stricter)
            case RootListField() as declared:
                return ListFromRoot(field, declared, arguments, stricter)
            case GuardedField() as declared:
                return Guarded(declared, stricter)
        return source_of(field, arguments)

    def _stricter(self, field: Field) -> Any:
        return STRICTER.get((field.parent.name, field.name))

    def _selected(self, field: Field, declared: StoreField) -> frozenset[str]:
        if declared.by_selection is None:
            return frozenset()
        return selected_in_operation(
            field.name, declared.by_selection, self._operation, self._definitions, self._variables.coerced
        )

    def _completion(self, kind: GraphQLOutputType, field: Field) -> OrNull:
        non_null = isinstance(kind, GraphQLNonNull)
        return OrNull(field, self._completion_of_values(nullable(kind), field), non_null)

    def _completion_of_values(self, kind: Any, field: Field) -> Completion:
        if isinstance(kind, GraphQLList):
            return Lists(field, self._completion(kind.of_type, field))
        if is_leaf_type(kind):
            return Leaves(field, kind)
        if is_abstract_type(kind):
            plans = {each: self._object(each, field) for each in self._schema.get_possible_types(kind)}
            return ObjectsByType(field, kind, plans)
        return self._object(kind, field)

    def _object(self, kind: GraphQLObjectType, field: Field) -> Objects:
        return Objects(field, self._objects(kind, self._beneath(kind, field.details), field.position))
