"""`ReplayDisplay`: what a replay prints."""

import io
from datetime import timedelta

from rich.console import Console

from gateway.simulation.replay import ReplayStatus
from gateway.simulation.replay_display import ReplayDisplay
from tests.gateway.simulation.stepped_clock import SteppedClock

SECOND = timedelta(seconds=1)


def test_without_a_terminal_a_line_is_printed_every_five_seconds() -> None:
    clock, output = SteppedClock(), io.StringIO()
    with ReplayDisplay(Console(file=output, soft_wrap=True), now=clock) as display:
        for second in range(11):
            display(ReplayStatus(total=100, done=second, took=second * SECOND))
            clock.forward(SECOND)
        display(ReplayStatus(total=100, waiting_for="progress"))
        display(ReplayStatus(total=100, waiting_for="progress"))
    lines = output.getvalue().splitlines()
    assert [line.split(":")[0] for line in lines] == [f"replayed {done} of 100" for done in (0, 5, 10, 0)]
    assert lines[-1].endswith("waiting for progress, which does not answer")
