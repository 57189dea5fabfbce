"""Completion of objects: of one type, or of an interface or union, whose objects are grouped by their type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLAbstractType, GraphQLObjectType
from graphql.execution.executor import invalid_return_type_error

from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.plan import Level, ObjectPlan
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import NULLED, Column, Paths, attempt


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """Completes the objects of one type. If the type can tell its objects from others, each is checked."""

    field: Field
    plan: ObjectPlan

    def begin(self, run: Run, values: Column) -> Any:
        """See `Completion`."""
        check = self.plan.kind.is_type_of
        if check is None:
            return None, values, self.plan.begin(run, values)
        info = info_of(run, self.field)
        checked = [attempt(check, value, info) for value in values]
        if all(each is True for each in checked):
            return None, values, self.plan.begin(run, values)
        rows = [value for value, each in zip(values, checked, strict=True) if each is True]
        return checked, values, self.plan.begin(run, rows)

    def finish(self, run: Run, state: Any, paths: Paths) -> Column:
        """See `Completion`."""
        checked, values, level = state
        if checked is None:
            return self.plan.finish(run, level, paths)
        places = [place for place, each in enumerate(checked) if each is True]
        completed: Column = [NULLED] * len(values)
        for place, value in zip(places, self._finish_some(run, level, places, paths), strict=True):
            completed[place] = value
        for place, each in enumerate(checked):
            if each is not True:
                invalid = invalid_return_type_error(self.plan.kind, values[place], self.field.details)
                run.errors.add(each if isinstance(each, Exception) else invalid, self.field, paths(place))
        return completed

    def _finish_some(self, run: Run, level: Level, places: list[int], paths: Paths) -> Column:
        return self.plan.finish(run, level, lambda number: paths(places[number]))


@dataclass(frozen=True, slots=True, eq=False)
class ObjectsByType:
    """Completes the objects of an interface or a union, by what is selected of each of its types."""

    field: Field
    kind: GraphQLAbstractType
    plans: Mapping[GraphQLObjectType, Objects]

    def begin(self, run: Run, values: Column) -> Any:
        """See `Completion`."""
        info = info_of(run, self.field)
        types = [attempt(self._type_of, run, value, info) for value in values]
        places_by_type: dict[Any, list[int]] = {}
        for place, kind in enumerate(types):
            if not isinstance(kind, Exception):
                places_by_type.setdefault(kind, []).append(place)
        groups = []
        for kind, places in places_by_type.items():
            objects = self.plans[kind]
            groups.append((objects, places, objects.begin(run, [values[place] for place in places])))
        return types, groups

    def _type_of(self, run: Run, value: Any, info: Any) -> GraphQLObjectType:
        resolve = self.kind.resolve_type or run.executor.type_resolver
        name = resolve(value, info, self.kind)
        return run.executor.ensure_valid_runtime_type(name, self.kind, self.field.details, info, value)

    def finish(self, run: Run, state: Any, paths: Paths) -> Column:
        """See `Completion`."""
        types, groups = state
        completed: Column = [NULLED] * len(types)
        for objects, places, level in groups:
            found = objects.finish(run, level, _paths_of(paths, places))
            for place, value in zip(places, found, strict=True):
                completed[place] = value
        for place, kind in enumerate(types):
            if isinstance(kind, Exception):
                run.errors.add(kind, self.field, paths(place))
        return completed


def _paths_of(paths: Paths, places: list[int]) -> Paths:
    return lambda number: paths(places[number])


def info_of(run: Run, field: Field) -> Any:
    """What graphql-core tells the functions that know the type of an object. It has no path."""
    return run.executor.build_resolve_info(field.definition, field.nodes, field.parent, None)  # type: ignore[arg-type]
