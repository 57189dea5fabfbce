"""The imports of the source tree follow the drawing in docs/architecture.md; and proof that each rule can fail."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import architecture, layers

TOP = Path(__file__).resolve().parent.parent
DRAWING = layers.drawing_in((TOP / "docs/architecture.md").read_text(encoding="utf-8"))
SMALL = """
```mermaid
flowchart TD
  subgraph gateway
    command["cli"]
    http["http"]
    runtime["runtime clock"]
    command --> http
    http --> runtime
  end
```
"""


def sources() -> dict[str, Path]:
    """Every source file that is not a package's map, by its path from the top."""
    return {
        path.relative_to(TOP).as_posix(): path
        for package in architecture.PRODUCTION
        for path in sorted((TOP / package).rglob("*.py"))
        if path.name != "__init__.py"
    }


def imported_files(path: str, source: Path, known: dict[str, Path]) -> list[str]:
    """The source files that this one imports, `TYPE_CHECKING` imports included."""
    found = []
    for name in architecture.imports(path, ast.parse(source.read_text(encoding="utf-8"))):
        module = name.replace(".", "/")
        found += [each for each in (f"{module}.py", f"{module.rpartition('/')[0]}.py") if each in known][:1]
    return found


def test_the_imports_follow_the_drawing() -> None:
    known = sources()
    imports = {path: imported_files(path, source, known) for path, source in known.items()}
    assert sum(map(len, imports.values())) > len(known)
    assert list(layers.violations(DRAWING, imports)) == []


def test_the_drawing_names_nothing_that_is_gone() -> None:
    gone = [name for name in DRAWING.nodes if not (TOP / name).is_dir() and not (TOP / f"{name}.py").is_file()]
    assert gone == []


@pytest.mark.parametrize(
    ("path", "imported", "count"),
    [
        ("gateway/cli/serve.py", "gateway/http/app.py", 0),
        ("gateway/cli/serve.py", "gateway/clock.py", 0),
        ("gateway/http/app.py", "gateway/http/state.py", 0),
        ("gateway/http/app.py", "gateway/cli/serve.py", 1),
        ("gateway/new/thing.py", "gateway/clock.py", 1),
        ("gateway/cli/serve.py", "gateway/new/thing.py", 1),
    ],
)
def test_an_import_is_judged_by_the_arrows(path: str, imported: str, count: int) -> None:
    assert len(list(layers.violations(layers.drawing_in(SMALL), {path: [imported]}))) == count


def test_a_circle_in_the_drawing_is_found() -> None:
    circle = SMALL.replace("http --> runtime", "http --> runtime\n    runtime --> command")
    assert len(list(layers.violations(layers.drawing_in(circle), {}))) == 3


NAMED = re.compile(r"`((?:gateway|resolvers|stores|tests)/[\w/]+\.py)(?::(\w+)(?:\.(\w+))?)?`")
DOCUMENTS = [TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md"))]


def definitions(body: Sequence[ast.stmt]) -> dict[str, ast.stmt]:
    """The classes and functions defined in a body, by name."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name: node for node in body if isinstance(node, kinds)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_files_and_functions_that_documents_name_exist(document: Path) -> None:
    for path, name, attribute in NAMED.findall(document.read_text(encoding="utf-8")):
        assert (TOP / path).is_file(), path
        outer = definitions(ast.parse((TOP / path).read_text(encoding="utf-8")).body)
        assert not name or name in outer, f"{path}:{name}"
        if attribute:
            owner = outer[name]
            assert isinstance(owner, ast.ClassDef), f"{path}:{name}"
            assert attribute in definitions(owner.body), f"{path}:{name}.{attribute}"
