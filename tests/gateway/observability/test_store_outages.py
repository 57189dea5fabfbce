"""Why a store fails is logged once a minute, and its recovery once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.observability.store_outages import StoreOutages
from resolvers.health import Health
from stores.errors import CircuitOpen, Fault, Rejected, StoreError, TimedOut, Unavailable
from tests.gateway.log_stream import LogStream, captured_logs
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore

MISSING = "tables are missing or old: run `quadrangle migrate`"


@pytest.fixture
def logs() -> Iterator[LogStream]:
    with captured_logs() as stream:
        yield stream


class Times:
    """A clock that stands still."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Times:
    return Times()


@pytest.fixture
def outages(clock: Times) -> StoreOutages:
    return StoreOutages(clock=clock)


def error_of(driver: Exception, message: str, fault: Fault = Fault.UNREACHABLE) -> StoreError:
    """An error as the backends raise it."""
    try:
        try:
            raise driver
        except Exception:
            raise Unavailable("progress", message, fault=fault) from None
    except StoreError as error:
        return error


def test_the_first_failure_is_logged_with_its_reason_and_the_class_of_the_drivers_error(
    outages: StoreOutages, logs: LogStream
) -> None:
    outages.failed("progress", error_of(ConnectionRefusedError("canary"), MISSING, Fault.MIGRATIONS_PENDING))
    [line] = logs.records("quadrangle.stores")
    assert line["level"] == "WARNING"
    assert line["message"] == f"progress: {MISSING}"
    assert (line["store"], line["reason"], line["driver_error"]) == (
        "progress",
        "MIGRATIONS_PENDING",
        "ConnectionRefusedError",
    )
    assert "canary" not in logs.getvalue()


def test_an_outage_has_a_line_a_minute_with_the_failures_since(
    outages: StoreOutages, clock: Times, logs: LogStream
) -> None:
    for _ in range(121):
        outages.failed("progress", Unavailable("progress", "away"))
        clock.now += 1
    assert [(line["failures"], line["seconds"]) for line in logs.records()] == [(1, 0), (60, 60), (60, 120)]


def test_another_reason_is_logged_at_once(outages: StoreOutages, logs: LogStream) -> None:
    outages.failed("progress", TimedOut("progress", "no answer in time"))
    outages.failed("progress", Unavailable("progress", MISSING, fault=Fault.MIGRATIONS_PENDING))
    outages.failed("progress", TimedOut("progress", "no answer in time"))
    outages.failed("timeline", TimedOut("timeline", "no answer in time"))
    assert [(line["store"], line["reason"]) for line in logs.records()] == [
        ("progress", "TIMEOUT"),
        ("progress", "MIGRATIONS_PENDING"),
        ("timeline", "TIMEOUT"),
    ]


def test_the_recovery_is_logged_once_with_the_duration(outages: StoreOutages, clock: Times, logs: LogStream) -> None:
    outages.failed("progress", Unavailable("progress", "away"))
    clock.now += 30
    outages.failed("progress", Unavailable("progress", "away"))
    for _ in range(10):
        clock.now += 1
        outages.answered("progress")
    failed, recovered = logs.records()
    assert failed["reason"] == "UNREACHABLE"
    assert recovered["message"] == "progress: answers again"
    assert (recovered["store"], recovered["seconds"], recovered["failures"]) == ("progress", 31, 2)


def test_an_outage_ends_with_the_first_answer_after_the_last_failure(
    outages: StoreOutages, clock: Times, logs: LogStream
) -> None:
    outages.failed("progress", Unavailable("progress", "away"))
    clock.now += 1
    outages.answered("progress")
    clock.now += 1
    outages.failed("progress", Unavailable("progress", "away"))
    for _ in range(6):
        clock.now += 1
        outages.answered("progress")
    _, recovered = logs.records()
    assert recovered["seconds"] == 3


def test_a_store_whose_calls_fail_has_not_recovered_by_a_ping(
    outages: StoreOutages, clock: Times, logs: LogStream
) -> None:
    for _ in range(30):
        outages.failed("progress", Unavailable("progress", MISSING, fault=Fault.MIGRATIONS_PENDING))
        clock.now += 1
        outages.answered("progress")
    assert len(logs.records()) == 1


def test_a_store_that_fails_again_and_again_has_a_line_a_minute(
    outages: StoreOutages, clock: Times, logs: LogStream
) -> None:
    for _ in range(9):
        outages.failed("progress", Unavailable("progress", "away"))
        clock.now += 10
        outages.answered("progress")
    assert [line["message"] for line in logs.records()] == [
        "progress: away",
        "progress: answers again",
        "progress: away",
        "progress: answers again",
    ]
    assert [line["failures"] for line in logs.records()] == [1, 1, 6, 1]


def test_the_failures_of_an_outage_that_ended_are_not_counted_in_the_next(
    outages: StoreOutages, clock: Times, logs: LogStream
) -> None:
    for _ in range(2):
        for _ in range(3):
            outages.failed("progress", Unavailable("progress", "away"))
        for _ in range(2):
            clock.now += 60
            outages.answered("progress")
    assert [line["failures"] for line in logs.records()] == [1, 3, 1, 3]


async def test_pings_tell_when_a_store_fails_and_recovers(outages: StoreOutages, clock: Times, logs: LogStream) -> None:
    stores = await world.open_school()
    down: Any = BrokenStore(lambda: Unavailable("profiles", "MongoDB cannot be reached"))
    health = Health(stores=replace(stores, profiles=down), backends={}, now=lambda: world.NOW, log=outages)
    for _ in range(3):
        assert not await health.ping("profiles")
        clock.now += 1
    health.stores = stores
    for _ in range(6):
        assert await health.ping("profiles")
        clock.now += 1
    assert [(line["message"], line["seconds"]) for line in logs.records("quadrangle.stores")] == [
        ("profiles: MongoDB cannot be reached", 0),
        ("profiles: answers again", 3),
    ]


async def test_a_ping_that_raises_another_error_is_logged_with_its_class(
    outages: StoreOutages, logs: LogStream
) -> None:
    down: Any = BrokenStore(lambda: RuntimeError("canary"))
    stores = replace(await world.open_school(), profiles=down)
    assert not await Health(stores=stores, backends={}, now=lambda: world.NOW, log=outages).ping("profiles")
    [line] = logs.records("quadrangle.stores")
    assert (line["message"], line["driver_error"]) == ("profiles: the ping failed", "RuntimeError")
    assert "canary" not in logs.getvalue()


@pytest.mark.parametrize(
    "error",
    [CircuitOpen("progress", retry_after_ms=10), Rejected("progress", "canary")],
    ids=lambda error: type(error).__name__,
)
def test_what_says_nothing_of_the_store_is_not_logged(
    outages: StoreOutages, logs: LogStream, error: StoreError
) -> None:
    outages.failed("progress", error)
    outages.answered("progress")
    assert logs.records() == []
