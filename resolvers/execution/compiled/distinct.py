"""One record at several places of a level is completed once: fifty enrolments in one course have one course object."""

from collections import Counter
from typing import NamedTuple

from resolvers.data.references import CourseRef, LearnerRef
from resolvers.execution.compiled.values import Column, Path, Paths
from resolvers.execution.limits.response_size import counted

SAMPLE = 16
"""So many values are compared first. If all of them differ, all values are taken to differ."""
REFERENCES = (CourseRef, LearnerRef)
"""Records that are made for each row: equal ones are the same. Others are the same if they are one object."""


class Distinct(NamedTuple):
    """The different values of a column, and for each place of the column which of them it has."""

    values: Column
    order: list[int]

    def spread(self, completed: Column) -> Column:
        """The column with the completed value at each place."""
        return [completed[number] for number in self.order]

    def repeated(self, completed: Column) -> int:
        """The size of all completed values after the first at which each of them stands, as `ResponseSize` counts."""
        return sum(
            (count - 1) * counted(completed[number]) for number, count in Counter(self.order).items() if count > 1
        )

    def paths(self, paths: Paths) -> Paths:
        """The positions of each of the different values."""
        places_of: dict[int, list[int]] = {}

        def of_value(number: int) -> list[Path]:
            if not places_of:
                for place, its in enumerate(self.order):
                    places_of.setdefault(its, []).append(place)
            return [path for place in places_of[number] for path in paths(place)]

        return of_value


def distinct(values: Column) -> Distinct | None:
    """The different values of a column; None if it does not pay."""
    if len(values) < SAMPLE:
        return None
    keys = values if isinstance(values[0], REFERENCES) else list(map(id, values))
    if len(set(keys[:SAMPLE])) == SAMPLE:
        return None
    by_key = dict(zip(keys, values, strict=True))
    numbers = {key: number for number, key in enumerate(by_key)}
    return Distinct(list(by_key.values()), [numbers[key] for key in keys])
