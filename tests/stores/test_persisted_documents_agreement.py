"""Random sequences of registrations, lookups and passing time have the same results in memory and in every backend."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from stores.domain.persisted_documents import DocumentBounds
from tests import backends
from tests.backends import Servers
from tests.clock import Clock

BOUNDS = DocumentBounds(most=3, new_an_hour=4)
TEXTS = [f"{{ {letter} }}" for letter in "abcdef"]
STEPS = [timedelta(minutes=20), timedelta(hours=1), timedelta(hours=23), timedelta(hours=24)]
steps: some.SearchStrategy[list[tuple[Any, ...]]] = some.lists(
    some.tuples(some.just("register"), some.sampled_from(TEXTS), some.sampled_from(["ada", "b:é"]))
    | some.tuples(some.just("find"), some.sampled_from(TEXTS))
    | some.tuples(some.just("forward"), some.sampled_from(STEPS)),
    max_size=30,
)


@pytest.mark.parametrize("backend", sorted(backends.DOCUMENTS.keys() - {"memory"}))
@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
async def test_persisted_documents_agree(backend: str, servers: Servers, steps: list[tuple[Any, ...]]) -> None:
    clock = Clock()
    async with (
        backends.DOCUMENTS["memory"](servers, clock, BOUNDS) as memory,
        backends.DOCUMENTS[backend](servers, clock, BOUNDS) as port,
    ):
        for step in [*steps, *(("find", text) for text in TEXTS)]:
            clock.forward(timedelta(milliseconds=1))  # no two uses at one time
            match step:
                case ("register", text, subject):
                    given = sha256(text.encode()).hexdigest(), text
                    kept = await port.register(*given, subject=subject)
                    assert kept == await memory.register(*given, subject=subject)
                case ("find", text):
                    hashed = sha256(text.encode()).hexdigest()
                    assert await port.find(hashed) == await memory.find(hashed)
                case ("forward", step_of_time):
                    clock.forward(step_of_time)
