"""When a breaker opens and closes, by a clock that the tests move."""

import pytest

from gateway.resilience.breaker import LONGEST_HOLD, Breaker, BreakerRules
from tests.gateway.resilience.seconds import Seconds

DEADLINE = 2.0
RULES = BreakerRules(window=DEADLINE + 1)


def breaker_at(clock: Seconds) -> Breaker:
    return Breaker(rules=RULES, clock=clock)


def refuses(breaker: Breaker) -> bool:
    return breaker.is_open


def ping(breaker: Breaker, clock: Seconds, *, answered: bool) -> None:
    breaker.pinged(answered=answered, began=clock.forward(1))


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.period)


def succeed(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.succeeded(breaker.period)


@pytest.mark.parametrize(("succeeded", "failed", "is_open"), [(0, 4, False), (0, 5, True), (6, 5, False), (5, 5, True)])
def test_it_opens_if_half_of_at_least_five_calls_failed(succeeded: int, failed: int, is_open: bool) -> None:
    breaker = breaker_at(Seconds())
    succeed(breaker, succeeded)
    fail(breaker, failed)
    assert refuses(breaker) is is_open
    assert breaker.opened == int(is_open)


def test_calls_leave_the_window() -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    fail(breaker, 4)
    clock.forward(RULES.window + 0.3)
    fail(breaker, 4)
    assert not refuses(breaker)
    fail(breaker)
    assert refuses(breaker)


def test_it_opens_within_a_second_after_the_deadline_of_the_first_stalled_call_whatever_was_before() -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    for _ in range(300):  # a hundred calls a second are answered, then none
        succeed(breaker)
        clock.forward(0.01)
    trouble = clock.now
    clock.forward(DEADLINE)
    while not breaker.is_open:
        fail(breaker)
        clock.forward(0.01)
    assert clock.now - trouble <= DEADLINE + 1


def test_two_failed_pings_open_it_without_any_call() -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    ping(breaker, clock, answered=False)
    assert not refuses(breaker)
    ping(breaker, clock, answered=False)
    assert refuses(breaker)


def test_a_failed_ping_and_a_failed_call_open_it() -> None:
    clock = Seconds()
    one, other = breaker_at(clock), breaker_at(clock)
    ping(one, clock, answered=False)
    fail(one)
    fail(other)
    ping(other, clock, answered=False)
    assert one.is_open
    assert other.is_open


@pytest.mark.parametrize("by_ping", [True, False])
def test_an_answer_between_two_failures_keeps_it_closed(by_ping: bool) -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    for _ in range(10):
        ping(breaker, clock, answered=False)
        if by_ping:
            ping(breaker, clock, answered=True)
        else:
            succeed(breaker)
    assert not refuses(breaker)


def test_the_next_ping_that_is_answered_closes_it() -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    fail(breaker, 5)
    ping(breaker, clock, answered=False)
    assert refuses(breaker)
    ping(breaker, clock, answered=True)
    assert not refuses(breaker)
    fail(breaker, 4)
    assert not refuses(breaker)  # what failed before it opened counts no more


def test_a_ping_that_began_before_it_opened_does_not_close_it() -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    began = clock.now
    clock.forward(0.1)
    fail(breaker, 5)
    breaker.pinged(answered=True, began=began)
    assert refuses(breaker)


def test_calls_that_began_before_it_closed_do_not_open_it_again() -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    period = breaker.period
    fail(breaker, 5)
    ping(breaker, clock, answered=True)
    for _ in range(20):
        breaker.failed(period)
    assert not refuses(breaker)


def test_it_stays_open_for_longer_while_calls_fail_although_pings_are_answered() -> None:
    clock = Seconds()
    breaker = breaker_at(clock)
    waits = []
    for _ in range(5):
        fail(breaker, 5)
        assert refuses(breaker)
        opened = clock.now
        while breaker.is_open:
            ping(breaker, clock, answered=True)
        waits.append(clock.now - opened)
    assert waits == [1, 1, 2, 3, 3]
    assert max(waits) <= LONGEST_HOLD
    clock.forward(10)
    fail(breaker, 5)
    ping(breaker, clock, answered=True)
    assert not refuses(breaker)


def test_each_change_is_reported_once() -> None:
    changes: list[bool] = []
    clock = Seconds()
    breaker = Breaker(rules=RULES, clock=clock, on_change=changes.append)
    fail(breaker, 9)
    ping(breaker, clock, answered=True)
    ping(breaker, clock, answered=True)
    assert changes == [True, False]
