"""Four times what the documents show is within the limits."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse

from resolvers.documents.document_size import document_size
from resolvers.execution.limits.document_limits import exceeded_limits
from resolvers.limits import Limits
from tests.bench.cases import DASHBOARD, GRID, TIMELINE
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA

TOP = Path(__file__).resolve().parents[4]
VARIABLES = {"c": world.ALGEBRA, "course": world.ALGEBRA, "id": "TGVhcm5lcjpsZWFybmVyLWFkYQ=="}


def examples() -> Iterator[tuple[str, str]]:
    """The name and text of each document: golden queries, those of README and docs, and benchmarks."""
    for path in sorted((TOP / "tests/resolvers/golden").glob("*.graphql")):
        yield path.stem, path.read_text(encoding="utf-8")
    for path in sorted([TOP / "README.md", *(TOP / "docs").rglob("*.md")]):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"^```graphql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        # The shell commands of README have a query in a JSON string.
        found += [each.replace('\\"', '"') for each in re.findall(r'"query":\s*"((?:[^"\\]|\\.)*)"', text)]
        for number, query in enumerate(filter(is_operation, found)):
            yield f"{path.stem}_{number}", query
    yield from (("bench_grid", GRID), ("bench_dashboard", DASHBOARD), ("bench_timeline", TIMELINE))


def is_operation(text: str) -> bool:
    """Whether a document has an operation: others show a part of a schema."""
    return any(isinstance(each, OperationDefinitionNode) for each in parse(text).definitions)


EXAMPLES = list(examples())


def test_the_examples_are_found() -> None:
    names = [name for name, _ in EXAMPLES]
    assert {"grid", "README_0", "bench_grid"} <= set(names)


@pytest.mark.parametrize("query", [text for _, text in EXAMPLES], ids=[name for name, _ in EXAMPLES])
async def test_four_times_an_example_is_within_the_limits(query: str) -> None:
    charged: list[float] = []
    peer = world.peer_of(await world.open_school(), world.admin())
    await SCHEMA.execute(query, variable_values=VARIABLES, context_value=replace(peer, charge=charged.append))
    [cost] = charged
    assert cost * 4 <= Limits().cost
    assert list(exceeded_limits(document_size(parse(query)), Limits())) == []
