"""Golden queries: files with the answer and its store calls. `python -m tests golden` writes them."""

import json
from collections import Counter
from pathlib import Path

import pytest

from resolvers.execution.compiled.counters import ExecutionCounters, Fallback
from resolvers.execution.compiled.plan_cache import PLAN_CACHE
from resolvers.schema import build_schema
from resolvers.strawberry_internals import core_schema
from resolvers.viewer import Viewer
from tests.resolvers import world

HERE = Path(__file__).parent / "golden"
QUERIES = sorted(HERE.glob("*.graphql"))
SCHEMA = build_schema()


def viewer_named(query: str) -> Viewer:
    """The viewer that the first line names: `# ADMIN`, `# LEARNER learner-ada`, `# INSTRUCTOR course …`."""
    role, *rest = query.splitlines()[0].removeprefix("#").split()
    match role:
        case "ADMIN":
            return world.admin()
        case "LEARNER":
            return world.learner(*rest)
        case "INSTRUCTOR":
            return world.instructor(*rest)
    raise ValueError(f"no such viewer: {role}")


async def answer_of(query: str) -> str:
    peer = world.peer_of(await world.open_school(), viewer_named(query))
    counters: ExecutionCounters = core_schema(SCHEMA).extensions[PLAN_CACHE].counters
    before = Counter(counters.fallback)
    result = await SCHEMA.execute(query, context_value=peer)
    batches = (result.extensions or {})["stores"]["batches"]
    fallbacks = [reason.value for reason in counters.fallback - before if reason is not Fallback.REFERENCE]
    answer = {
        "data": result.data,
        "errors": sorted((error.formatted for error in result.errors or []), key=lambda error: str(error.get("path"))),
        "calls": sorted([batch["store"], batch["call"], batch["keys"]] for batch in batches),
        **({"fallback": fallbacks} if fallbacks else {}),
    }
    return json.dumps(answer, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
async def test_the_answer_and_its_store_calls_are_as_recorded(path: Path, pytestconfig: pytest.Config) -> None:
    found = await answer_of(path.read_text())
    recorded = path.with_suffix(".json")
    if pytestconfig.getoption("--golden"):
        recorded.write_text(found)
    assert found == recorded.read_text()


@pytest.mark.parametrize("name", ["grid", "grid_by_activity"])
async def test_the_instructor_grid_costs_five_calls_however_many_learners(name: str) -> None:
    """No N+1 calls: one page, perhaps its count, and batches for fifty learners."""
    grid = json.loads((HERE / f"{name}.json").read_text())
    assert len(grid["calls"]) == 5
    assert len(grid["data"]["enrollments"]["edges"]) == 50
    assert all(keys == 50 for _, call, keys in grid["calls"] if not call.endswith("by_courses"))
