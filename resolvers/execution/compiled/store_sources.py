"""Sources of fields that are declared with a rule or a store (`resolvers/types/`): they are read once for all rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from resolvers.execution.compiled.arguments import Arguments
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.masks import Mask, decide, read_open
from resolvers.execution.compiled.requests import Groups, KeyRequests, View, Wanted, wanted_keys
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import Column, Deliver, attempt, attempt_each
from resolvers.policy.rules import About, Rule, about
from resolvers.policy.table import Otherwise
from resolvers.types.guard import GuardedField
from resolvers.types.store_field import StoreField

Stricter = tuple[Rule, Otherwise] | None
"""The stricter rule of a field, as the policy table has it."""


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """A `GuardedField`: an attribute of the rows whose field the viewer may see."""

    declared: GuardedField
    stricter: Stricter

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`."""
        read_permitted(run, self.stricter, rows, self._attributes, deliver)

    def _attributes(self, rows: Column, deliver: Deliver) -> None:
        deliver(attempt_each(attrgetter(self.declared.attribute), rows))


@dataclass(frozen=True, slots=True, eq=False)
class FromStore:
    """A `StoreField`. `selected`: the names of the fields beneath it, if its arguments depend on them."""

    field: Field
    declared: StoreField
    arguments: Arguments
    selected: frozenset[str]
    stricter: Stricter

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`."""
        given = attempt(self.arguments.converted, run)
        if isinstance(given, Exception):
            deliver([given] * len(rows))
            return

        def request(some: Column, then: Deliver) -> None:
            values: Column = [None] * len(some)
            groups = self._groups(run, some, given, values)
            wanted = wanted_keys(self.declared, some, groups, values)
            self._trace(run, len(some), wanted)
            KeyRequests(values, then, self._view(some)).send(run, wanted)

        read_permitted(run, self.stricter, rows, request, deliver)

    def _groups(self, run: Run, rows: Column, given: Mapping[str, Any], values: Column) -> Groups:
        """The places of the rows by the path's arguments. An exception in the place of arguments becomes the value of
        its rows. `given`: the GraphQL arguments."""
        declared = self.declared
        if declared.args is None:
            return {(): range(len(rows))}
        args_of = partial(declared.args, **given)
        selected = () if declared.by_selection is None else (self.selected,)
        places_by_scope: dict[tuple[Any, ...], Sequence[int]] = {(): range(len(rows))}
        if declared.scope is not None:
            places_by_scope = places_by_value(attempt_each(partial(declared.scope, run.viewer), rows))
        groups: dict[Any, Sequence[int]] = {}
        for scope, places in places_by_scope.items():
            failed = scope and isinstance(scope[0], Exception)
            args = scope[0] if failed else attempt(args_of, *scope, *selected)
            fault = args if isinstance(args, Exception) else attempt(hash, args)
            if isinstance(fault, Exception):
                for place in places:
                    values[place] = fault
            else:
                groups[args] = sorted([*groups[args], *places]) if args in groups else places
        return groups

    def _view(self, rows: Column) -> View | None:
        declared = self.declared
        if declared.returns_found:
            return None
        return lambda place, found, args: declared.viewed(rows[place], found, args)

    def _trace(self, run: Run, rows: int, wanted: Wanted) -> None:
        if run.trace is not None:
            keys = len({(args, key) for (_, args), (_, keys) in wanted.items() for key in keys})
            run.trace.add(
                self.field.position, self.declared.path, rows=rows, keys=keys, groups=len(wanted), columns=self.selected
            )


def places_by_value(values: Column) -> dict[tuple[Any, ...], Sequence[int]]:
    """The places of equal values, by the value alone in a tuple."""
    if len(set(values)) == 1:
        return {(values[0],): range(len(values))}
    found: dict[tuple[Any, ...], list[int]] = {}
    for place, value in enumerate(values):
        found.setdefault((value,), []).append(place)
    return dict(found)


def read_permitted(
    run: Run,
    stricter: Stricter,
    rows: Column,
    read: Callable[[Column, Deliver], None],
    deliver: Deliver,
    *,
    subject: Callable[[Any], About] = about,
) -> None:
    """Read the rows whose field the viewer may see; the others have what the table gives them instead. `subject`: what
    a row is about."""
    if stricter is None:
        read(rows, deliver)
        return
    rule, otherwise = stricter

    def decided(mask: Mask) -> None:
        read_open(run, otherwise, mask, rows, read, deliver)

    decide(run, rule, lambda: [subject(row) for row in rows], decided)
