"""The undocumented interfaces of libraries that the code uses are still there."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from gateway.http import uvicorn_internals
from gateway.http.metrics import prometheus_internals
from gateway.http.websocket import websockets_internals
from resolvers import strawberry_internals
from resolvers.execution import graphql_internals
from stores.influx import influx_internals
from stores.mongo import pymongo_internals
from stores.redis import redis_internals

TOP = Path(__file__).resolve().parent.parent
LISTS: dict[str, Any] = {
    "graphql-core": graphql_internals,
    "influxdb-client": influx_internals,
    "prometheus_client": prometheus_internals,
    "pymongo": pymongo_internals,
    "redis": redis_internals,
    "strawberry-graphql": strawberry_internals,
    "uvicorn": uvicorn_internals,
    "websockets": websockets_internals,
}


def resolved(path: str) -> Any:
    """The module, class or function of a dotted path; LookupError if there is none."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            if not hasattr(found, name):
                raise LookupError(path)
            found = getattr(found, name)
        return found
    raise LookupError(path)


def names_in(target: Any) -> set[str]:
    """A module's names, a class's attributes (those that its methods set included) or a function's parameters."""
    if isinstance(target, FunctionType):
        return set(inspect.signature(target).parameters)
    if isinstance(target, ModuleType):
        return set(dir(target))
    return {*dir(target), *set_by_methods(target)}


def set_by_methods(target: type) -> Iterator[str]:
    for kind in target.__mro__:
        yield from inspect.get_annotations(kind)
        for method in vars(kind).values():
            if isinstance(method, FunctionType):
                yield from method.__code__.co_names


def lost(path: str, names: tuple[str, ...]) -> list[str]:
    try:
        there = names_in(resolved(path))
    except LookupError:
        return [path]
    return [f"{path}.{name}" for name in names if name not in there]


@pytest.mark.parametrize("library", LISTS)
def test_the_installed_version_has_what_the_code_uses(library: str) -> None:
    missing = [name for path, names in LISTS[library].USED.items() for name in lost(path, names)]
    assert missing == [], (
        f"{library} {version(library)} does not have {', '.join(missing)}. Read its source, change what uses them and "
        f"{LISTS[library].__name__}, then raise the upper bound in pyproject.toml"
    )


@pytest.mark.parametrize("library", LISTS)
def test_the_pinned_version_is_the_one_that_was_read(library: str) -> None:
    pin = re.search(rf"^{library}==(.*)$", (TOP / ".ci/constraints.txt").read_text(), re.MULTILINE)
    assert pin is not None
    assert pin[1] == LISTS[library].READ_IN, f"read the source of {library} {pin[1]}, then set READ_IN to it"


@pytest.mark.parametrize("path", ["graphql.execution.Executor", "uvicorn.Nothing", "nothing", "inspect.signature"])
def test_a_lost_name_is_reported(path: str) -> None:
    assert lost(path, ("_invented",)) in ([path], [f"{path}._invented"])
