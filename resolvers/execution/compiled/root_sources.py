"""Sources of root fields that look objects up by their keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from resolvers.execution.compiled.arguments import Arguments
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.masks import Mask, decide
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.store_sources import Stricter
from resolvers.execution.compiled.values import Column, Deliver, attempt
from resolvers.types.guard import refused
from resolvers.types.root_list_field import RootListField
from resolvers.types.store_field import Lookup, RootStoreField


@dataclass(frozen=True, slots=True, eq=False)
class FromRoot:
    """A `RootStoreField`: one look-up."""

    field: Field
    declared: RootStoreField
    arguments: Arguments
    stricter: Stricter

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`. The root is the only row."""
        lookup = attempt(lambda: self.declared.lookup(run.viewer, **self.arguments.converted(run)))
        if isinstance(lookup, Exception):
            deliver([lookup])
            return
        read_lookups(run, self.field, self.declared, self.stricter, [lookup], deliver)


@dataclass(frozen=True, slots=True, eq=False)
class ListFromRoot:
    """A `RootListField`: a list of look-ups, those of the same path and arguments in one set."""

    field: Field
    declared: RootListField
    arguments: Arguments
    stricter: Stricter

    def read(self, run: Run, rows: Column, deliver: Deliver) -> None:
        """See `Source`. The root is the only row."""
        declared, schema = self.declared, run.executor.schema
        given = attempt(lambda: declared.elements(schema, **self.arguments.converted(run)))
        if isinstance(given, Exception):
            deliver([given])
            return
        lookups = [attempt(partial(declared.element.lookup, run.viewer, **each)) for each in given]

        def listed(values: Column) -> None:
            deliver([[declared.listed(value) for value in values]])

        read_lookups(run, self.field, declared.element, self.stricter, lookups, listed)


def read_lookups(
    run: Run, field: Field, declared: RootStoreField, stricter: Stricter, lookups: Column, deliver: Deliver
) -> None:
    """Deliver the value of each look-up, or its exception."""

    def read(mask: Mask) -> None:
        values = list(lookups)
        places_by_path: dict[tuple[Any, Any], list[int]] = {}
        for place, lookup in enumerate(lookups):
            if isinstance(lookup, Exception):
                continue
            may = True if mask is None else mask[place]
            if may is True:
                places_by_path.setdefault((lookup.path, lookup.args), []).append(place)
            else:
                values[place] = may or attempt(refused, run.viewer, stricter[1] if stricter else None)
        left = len(places_by_path)
        if not left:
            deliver(values)

        def arrived(places: list[int], known: Mapping[Any, Any], failures: Mapping[Any, Exception]) -> None:
            nonlocal left
            for place in places:
                lookup: Lookup = lookups[place]
                failure = failures.get(lookup.key)
                found = known.get(lookup.key)
                values[place] = failure or attempt(declared.viewed, run.viewer, found, lookup)
            left -= 1
            if not left:
                deliver(values)

        for (path, args), places in places_by_path.items():
            keys = [lookups[place].key for place in places]
            if run.trace is not None:
                run.trace.add(field.position, path, rows=len(keys), keys=len(set(keys)), groups=1, columns=frozenset())
            run.loaders.request(path, keys, args, run.expect(partial(arrived, places)))

    if stricter is None:
        read(None)
    else:
        decide(run, stricter[0], lambda: [lookup.about for lookup in lookups], read)
