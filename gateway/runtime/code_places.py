"""Places in the code: file, line and function. Unlike values and texts, they are safe to log."""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any

DEEPEST = 100
"""Frames of a stack that are read."""
MOST_PLACES = 16
"""Places of a stack that are shown: the innermost."""
ATTRIBUTES = {
    CoroutineType: ("cr_frame", "cr_await"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
}
WRAPPERS = ("async_generator_asend", "async_generator_athrow", "coroutine_wrapper")
"""Types of CPython that lead to a coroutine or generator, by references without a name."""


def place(path: str, line: int | None, function: str) -> str:
    """One place, such as `gateway/http/server.py:97 serve`."""
    return f"{'/'.join(Path(path).parts[-3:])}:{line} {function}"


def places_of_task(task: "asyncio.Task[Any]") -> list[str]:
    """Where a task waits or runs, the innermost place last."""
    return list(_awaited(task.get_coro()))[-MOST_PLACES:]


def places_of_frame(frame: FrameType | None) -> list[str]:
    """The stack of a frame, the innermost place last."""
    found: list[str] = []
    while frame is not None and len(found) < MOST_PLACES:
        found.append(place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return found[::-1]


def _awaited(awaited: Any) -> Iterator[str]:
    """The places of a coroutine and of those that it awaits. Compiled ones and futures have none."""
    for _ in range(DEEPEST):
        if type(awaited).__name__ in WRAPPERS:
            awaited = next(filter(_attributes, gc.get_referents(awaited)), None)
        if (names := _attributes(awaited)) is None:
            return
        frame = getattr(awaited, names[0])
        if frame is not None:
            yield place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        awaited = getattr(awaited, names[1])


def _attributes(awaited: Any) -> tuple[str, str] | None:
    """The names under which an object has its frame and what it awaits; None if it is no coroutine or generator."""
    return next((names for kind, names in ATTRIBUTES.items() if isinstance(awaited, kind)), None)
