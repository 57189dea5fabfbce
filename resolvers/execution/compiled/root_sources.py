"""Sources of root fields that look objects up by their keys."""

from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from resolvers.execution.compiled.arguments import Arguments
from resolvers.execution.compiled.field import Field
from resolvers.execution.compiled.requests import KeyRequests
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.store_sources import Stricter, read_permitted
from resolvers.execution.compiled.values import Column, Deliver, attempt
from resolvers.types.root_list_field import RootListField
from resolvers.types.store_field import RootStoreField


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
    """Deliver the value of each look-up, or the exception in its place."""
    sound = [lookup for lookup in lookups if not isinstance(lookup, Exception)]

    def request(some: Column, then: Deliver) -> None:
        places_by_path: dict[tuple[Any, Any], list[int]] = {}
        for place, lookup in enumerate(some):
            places_by_path.setdefault((lookup.path, lookup.args), []).append(place)
        wanted = {name: (places, [some[place].key for place in places]) for name, places in places_by_path.items()}
        if run.trace is not None:
            for (path, _), (_, keys) in wanted.items():
                run.trace.add(field.position, path, rows=len(keys), keys=len(set(keys)), groups=1, columns=frozenset())

        def view(place: int, found: Any, args: Any) -> Any:
            return declared.viewed(run.viewer, found, some[place])

        KeyRequests([None] * len(some), then, view).send(run, wanted)

    def merged(values: Column) -> None:
        found = iter(values)
        deliver([lookup if isinstance(lookup, Exception) else next(found) for lookup in lookups])

    read_permitted(run, stricter, sound, request, merged, subject=attrgetter("about"))
