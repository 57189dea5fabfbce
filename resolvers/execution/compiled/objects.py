"""Completion of objects: of one type, or of an interface or union, whose objects are grouped by their type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLAbstractType, GraphQLError, GraphQLObjectType
from graphql.execution.executor import invalid_return_type_error

from resolvers.execution.compiled.distinct import Distinct, distinct
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
        once = distinct(values)
        rows = values if once is None else once.values
        check, checked = self.plan.kind.is_type_of, None
        if check is not None:
            info = run.info(self.field)
            checked = [attempt(check, row, info) for row in rows]
            if all(each is True for each in checked):
                checked = None
        valid = rows if checked is None else [row for row, each in zip(rows, checked, strict=True) if each is True]
        return once, checked, rows, self.plan.begin(run, valid)

    def finish(self, run: Run, state: Any, paths: Paths) -> Column:
        """See `Completion`."""
        once: Distinct | None
        once, checked, rows, level = state
        if once is None:
            return self._finish(run, checked, rows, level, paths)
        completed = self._finish(run, checked, rows, level, once.paths(paths))
        try:
            run.size.add_counted(once.repeated(completed))
        except GraphQLError as refusal:
            return self._once(run, once, completed, refusal, paths)
        return once.spread(completed)

    def _once(self, run: Run, once: Distinct, completed: Column, refusal: GraphQLError, paths: Paths) -> Column:
        """Each value at the first place where it stands, and the refusal at the others."""
        found = once.spread(completed)
        seen: set[int] = set()
        for place, number in enumerate(once.order):
            if number in seen:
                found[place] = NULLED
                run.errors.add(refusal, self.field, paths(place))
            seen.add(number)
        return found

    def _finish(self, run: Run, checked: Column | None, rows: Column, level: Level, paths: Paths) -> Column:
        if checked is None:
            return self.plan.finish(run, level, paths)
        places = [place for place, each in enumerate(checked) if each is True]
        completed: Column = [NULLED] * len(rows)
        found = self.plan.finish(run, level, _paths_of(paths, places))
        for place, value in zip(places, found, strict=True):
            completed[place] = value
        for place, each in enumerate(checked):
            if each is not True:
                invalid = invalid_return_type_error(self.plan.kind, rows[place], self.field.details)
                run.errors.add(each if isinstance(each, Exception) else invalid, self.field, paths(place))
        return completed


@dataclass(frozen=True, slots=True, eq=False)
class ObjectsByType:
    """Completes the objects of an interface or a union, by what is selected of each of its types."""

    field: Field
    kind: GraphQLAbstractType
    plans: Mapping[GraphQLObjectType, Objects]

    def begin(self, run: Run, values: Column) -> Any:
        """See `Completion`."""
        info = run.info(self.field)
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
