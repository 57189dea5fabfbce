"""The write commands know nothing of Strawberry, so that writers other than GraphQL can call them."""

import ast
from pathlib import Path

from tests import architecture

TOP = Path(__file__).resolve().parents[3]


def module_file(name: str) -> Path | None:
    """The file of a module of the project; None for a name inside a module and for other packages."""
    path = TOP.joinpath(*name.split(".")).with_suffix(".py")
    return path if path.is_file() else None


def imports_of(path: Path) -> set[str]:
    """The dotted names that a file imports, those under TYPE_CHECKING included."""
    return set(architecture.imports(path.relative_to(TOP).as_posix(), ast.parse(path.read_text(encoding="utf-8"))))


def reachable(start: list[Path]) -> dict[Path, set[str]]:
    """The imports of each file that `start` reaches through imports within resolvers."""
    found: dict[Path, set[str]] = {}
    open_files = list(start)
    while open_files:
        path = open_files.pop()
        if path in found:
            continue
        found[path] = imports_of(path)
        names = {
            name for full in found[path] if full.startswith("resolvers.") for name in (full, full.rpartition(".")[0])
        }
        open_files += [file for name in names if (file := module_file(name)) is not None]
    return found


def test_no_write_command_imports_strawberry() -> None:
    files = reachable(sorted((TOP / "resolvers/writes").glob("*.py")))
    assert TOP / "resolvers/data/dataloaders.py" in files
    guilty = {
        path.name: names for path, names in files.items() if any(each.split(".")[0] == "strawberry" for each in names)
    }
    assert guilty == {}


def test_the_walk_finds_strawberry_behind_another_module() -> None:
    files = reachable([TOP / "resolvers/mutation_root.py"])
    assert any("strawberry" in names for names in files.values())
    assert TOP / "resolvers/types/node.py" in files
