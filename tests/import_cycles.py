"""The check that no modules import each other in a circle, `TYPE_CHECKING` imports and lazy references included."""

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from tests.architecture import imports

LAZY = "resolvers/types/lazy.py"
"""The only file that may refer to types of modules by name, with `strawberry.lazy`."""
BACK_EDGES = frozenset({"resolvers.types.enrollment", "resolvers.types.learner"})
"""The modules that `LAZY` refers to. They do not count: GraphQL types may refer to each other in circles."""


def module_of(path: str) -> str:
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__init__")


def lazy_references(tree: ast.AST) -> set[str]:
    """The modules that a file names in calls of `strawberry.lazy` or `lazy`."""
    return {
        str(argument.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "lazy"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


def cycle(sources: Mapping[str, str]) -> list[str]:
    """The modules of one import cycle among these files (path → text), the first again at its end; [] if none."""
    modules = {module_of(path) for path in sources}
    graph: dict[str, set[str]] = {}
    for path, source in sources.items():
        tree = ast.parse(source, path)
        # `from a import b` imports the module `a.b` if there is one, else a name of `a`.
        named = {name if name in modules else name.rpartition(".")[0] for name in imports(path, tree)}
        lazy = lazy_references(tree) - (BACK_EDGES if path == LAZY else frozenset())
        graph[module_of(path)] = (named | lazy) & modules
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
