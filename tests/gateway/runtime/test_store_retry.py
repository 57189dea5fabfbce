"""`StoreRetry`: calls of a store are repeated until they succeed or a limit has passed."""

from collections.abc import Iterator

import pytest

from gateway.runtime.store_retry import StoreGaveUp, StoreRetry, announced_retry
from stores.errors import NotSupported, ReadOnly, Rejected, RetryLater, StoreError, TimedOut, Unavailable


class FakeTime:
    """A clock that moves only by waiting for it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    async def wait(self, seconds: float) -> None:
        self.seconds += seconds


class Operation:
    """Fails with each of `errors` in turn, then returns 7."""

    def __init__(self, *errors: StoreError) -> None:
        self.calls = 0
        self._errors: Iterator[StoreError] = iter(errors)

    async def __call__(self) -> int:
        self.calls += 1
        for error in self._errors:
            raise error
        return 7


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def retrying(time: FakeTime, outages: list[StoreError]) -> StoreRetry:
    return StoreRetry(now=time.now, wait=time.wait, on_outage=outages.append)


async def test_a_call_is_repeated_until_it_succeeds_and_an_outage_is_reported_once(time: FakeTime) -> None:
    outages: list[StoreError] = []
    gone, slow = Unavailable("progress", "gone"), TimedOut("progress", "slow")
    operation = Operation(gone, slow, gone)
    assert await retrying(time, outages).call(operation) == 7
    assert (operation.calls, outages) == (4, [gone])
    assert 0 < time.seconds < 4


async def test_after_a_minute_the_error_says_what_to_do(time: FakeTime) -> None:
    operation = Operation(*[Unavailable("progress", "gone")] * 1000)
    with pytest.raises(StoreGaveUp) as caught:
        await retrying(time, []).call(operation)
    assert caught.value.lines == ("progress: gone (retried for 60 s); repeat the command to continue where it stopped",)
    assert 45 < time.seconds <= 60


async def test_a_store_that_names_a_delay_gets_it(time: FakeTime) -> None:
    operation = Operation(RetryLater("progress", "full", retry_after_ms=9_000))
    assert await retrying(time, []).call(operation) == 7
    assert time.seconds == 9


@pytest.mark.parametrize("error", [Rejected, ReadOnly, NotSupported])
async def test_what_is_refused_for_good_is_not_repeated(time: FakeTime, error: type[StoreError]) -> None:
    operation = Operation(error("progress", "malformed"))
    with pytest.raises(error):
        await retrying(time, []).call(operation)
    assert (operation.calls, time.seconds) == (1, 0)


async def test_an_outage_is_announced_in_one_line() -> None:
    lines: list[str] = []
    operation = Operation(RetryLater("progress", "full", retry_after_ms=1))
    assert await announced_retry(lines.append).call(operation) == 7
    assert lines == ["progress: full; retrying for up to a minute"]
