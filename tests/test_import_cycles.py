"""No module of the project takes part in an import cycle; and proof that the check can fail."""

import ast
from pathlib import Path

import pytest

from tests import architecture, import_cycles

TOP = Path(__file__).resolve().parent.parent
SOURCES = {
    path.relative_to(TOP).as_posix(): path.read_text(encoding="utf-8")
    for folder in architecture.PRODUCTION
    for path in sorted((TOP / folder).rglob("*.py"))
}


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert import_cycles.cycle(SOURCES) == []


def test_lazy_references_are_the_listed_back_edges() -> None:
    found = {path: names for path, text in SOURCES.items() if (names := import_cycles.lazy_references(ast.parse(text)))}
    assert found == {import_cycles.LAZY: import_cycles.BACK_EDGES}


@pytest.mark.parametrize(
    "back",
    [
        "from stores.a import x",
        "from stores import a",
        "import stores.a",
        "from .a import x",
        "def late():\n    import stores.a",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from stores.a import x",
        "import strawberry\nx = strawberry.lazy('stores.a')",
    ],
)
def test_a_cycle_is_found(back: str) -> None:
    sources = {"stores/a.py": "import stores.b", "stores/b.py": "import stores.c", "stores/c.py": back}
    assert sorted(set(import_cycles.cycle(sources))) == ["stores.a", "stores.b", "stores.c"]


def test_only_the_listed_back_edges_do_not_count() -> None:
    types = {"resolvers/types/learner.py": "import resolvers.types.lazy"}
    lazy = "strawberry.lazy('resolvers.types.learner')"
    assert import_cycles.cycle({**types, import_cycles.LAZY: lazy}) == []
    course = {"resolvers/types/course.py": "import resolvers.types.lazy"}
    assert import_cycles.cycle({**course, import_cycles.LAZY: "strawberry.lazy('resolvers.types.course')"}) != []


def test_a_module_without_a_way_back_is_no_cycle() -> None:
    assert import_cycles.cycle({"stores/a.py": "import stores.b\nfrom stores import b", "stores/b.py": ""}) == []
