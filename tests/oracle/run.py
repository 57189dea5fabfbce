"""`python -m tests oracle`: compares the compiled executor with graphql-core on random documents."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

import strawberry
from rich.progress import track

from resolvers.execution.compiled.counters import ExecutionCounters
from resolvers.execution.compiled.plan_cache import PLAN_CACHE
from resolvers.strawberry_internals import core_schema
from stores.ports.stores import Stores
from tests.oracle.cases import Case, Difference, compare
from tests.oracle.kitchen_cases import kitchen_case
from tests.oracle.kitchen_sink.query import KITCHEN_SINK
from tests.oracle.school_cases import SUBGRAPH, school_case
from tests.oracle.shrinking import shrink
from tests.resolvers import world


@dataclass(slots=True)
class Tally:
    """How many documents were made, how many answers were compared, and the differences by document."""

    documents: int = 0
    compared: int = 0
    differences: dict[int, Difference] = field(default_factory=dict)


def plans_of(*schemas: strawberry.Schema) -> list[ExecutionCounters]:
    """The counters of the compiled executor, by schema."""
    return [core_schema(each).extensions[PLAN_CACHE].counters for each in schemas]


def case_of(number: int, seed: int, school: Stores) -> Case:
    """The case with this number: of the kitchen sink if it is odd, else of the real schema."""
    return (kitchen_case if number % 2 else school_case)(Random(f"{seed}/{number}"), school)


async def run(numbers: Iterable[int], seed: int, *, most_differences: int = 1, shrinks: bool = True) -> Tally:
    """Compare the documents with these numbers, until so many differ. `shrinks`: those are made smaller."""
    school = await world.open_school()
    tally = Tally()
    for number in numbers:
        compared, difference = await compare(case_of(number, seed, school))
        tally.documents += 1
        tally.compared += compared
        if difference is not None:
            tally.differences[number] = await shrink(difference) if shrinks else difference
            if len(tally.differences) == most_differences:
                break
    return tally


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests oracle", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000, help="how many; default 20,000")
    parser.add_argument("--seed", type=int, default=1, help="of the documents and the worlds; default 1")
    parser.add_argument("--only", type=int, help="the number of the one document to compare")
    parser.add_argument("--differences", type=int, default=1, help="after how many to stop; default 1")
    parser.add_argument("--whole", action="store_true", help="do not make a document that differs smaller")
    chosen = parser.parse_args(arguments)
    numbers = range(chosen.documents) if chosen.only is None else [chosen.only]
    started = perf_counter()
    tally = asyncio.run(
        run(
            track(numbers, "documents"),
            chosen.seed,
            most_differences=chosen.differences,
            shrinks=not chosen.whole,
        )
    )
    for number, difference in tally.differences.items():
        print(f"\ndocument {number} of seed {chosen.seed} (--seed {chosen.seed} --only {number}) differs:")
        print(difference)
    found = f"{len(tally.differences)} differ" if tally.differences else "equal"
    seconds = perf_counter() - started
    print(f"plans: {', '.join(map(str, plans_of(KITCHEN_SINK, SUBGRAPH)))}")
    print(f"{tally.documents:,} documents, {tally.compared:,} pairs of answers, {seconds:.0f} s: {found}")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
