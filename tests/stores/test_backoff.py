"""Delays between attempts double up to a limit and are spread by chance."""

from datetime import timedelta
from random import Random

import pytest

from stores.backoff import Backoff

MS = timedelta(milliseconds=1)


def test_delays_double_up_to_the_longest_and_start_again_after_a_success() -> None:
    backoff = Backoff(first=10 * MS, longest=50 * MS, jitter=0)
    assert [backoff.next_delay() / MS for _ in range(5)] == [10, 20, 40, 50, 50]
    backoff.reset()
    assert backoff.next_delay() == 10 * MS


def test_it_is_failing_between_a_failure_and_the_next_success() -> None:
    backoff = Backoff()
    seen = [backoff.failing]
    backoff.next_delay()
    seen.append(backoff.failing)
    backoff.reset()
    assert [*seen, backoff.failing] == [False, True, False]


def test_jitter_shortens_a_delay_by_its_share_at_most() -> None:
    draws = Random(1)
    backoff = Backoff(first=100 * MS, longest=100 * MS, jitter=0.5, draw=draws.random)
    delays = [backoff.next_delay() for _ in range(200)]
    assert 50 * MS < min(delays) < 55 * MS
    assert 95 * MS < max(delays) <= 100 * MS


def test_a_long_outage_does_not_overflow() -> None:
    backoff = Backoff(first=MS, longest=2 * MS, jitter=0)
    assert {backoff.next_delay() for _ in range(10_000)} == {MS, 2 * MS}


@pytest.mark.parametrize(
    ("first", "longest", "jitter"), [(0 * MS, MS, 0.5), (2 * MS, MS, 0.5), (MS, MS, -0.1), (MS, MS, 1.1)]
)
def test_bounds_that_make_no_sense_are_refused(first: timedelta, longest: timedelta, jitter: float) -> None:
    with pytest.raises(ValueError, match="backoff"):
        Backoff(first=first, longest=longest, jitter=jitter)
