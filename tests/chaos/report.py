"""The figures of a run as a table, and what must not happen."""

from collections.abc import Iterator, Sequence

from gateway.runtime.console import format_table
from tests.chaos.chaos import CLOSES_WITHIN, OPENS_WITHIN, Phase, Run
from tests.chaos.gateway_state import Holdings
from tests.chaos.load import OPERATION_SECONDS, Sample

OUTAGE_CODES = frozenset({"STORE_UNAVAILABLE", "STORE_TIMEOUT", "RETRY_LATER", "OPERATION_TIMEOUT"})
"""What the operations of a store in trouble may answer."""
MOST_POOLED = 130
"""The sum of the bounds of all pools, with the connections that listen."""
GOAL_RATIO = 1.5
"""The p99 of other stores during a fault, as a multiple of that before."""


def p99(samples: Sequence[Sample]) -> float:
    """The 99th percentile of the seconds, 0 without samples."""
    ordered = sorted(sample.seconds for sample in samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] if ordered else 0.0


def others(phase: Phase, samples: Sequence[Sample]) -> list[Sample]:
    """The samples of operations that do not need the server."""
    return [sample for sample in samples if phase.server not in sample.kind.servers]


def shown(run: Run) -> str:
    """The table: a line for each fault, then the figures over all."""
    rows = [
        (
            phase.name,
            _seconds(phase.opened),
            _seconds(phase.closed),
            _ms(p99(others(phase, phase.before))),
            _ms(p99(others(phase, phase.during))),
            str(len(phase.during)),
        )
        for phase in run.phases
    ]
    head = ("fault", "opens", "closes", "others' p99 before", "during", "answers")
    before = [sample for phase in run.phases for sample in others(phase, phase.before)]
    during = [sample for phase in run.phases for sample in others(phase, phase.during)]
    ratio = p99(during) / max(p99(before), 0.001)
    lines = [
        format_table([head, *rows]),
        f"goals: opens within {OPENS_WITHIN:.0f} s, closes within {CLOSES_WITHIN:.0f} s, others' p99 at most"
        f" {GOAL_RATIO} times that before",
        f"others' p99 over all faults: {_ms(p99(before))} before, {_ms(p99(during))} during: {ratio:.2f} times",
        f"answers: {len(run.samples)}, the slowest {max(sample.seconds for sample in run.samples):.2f} s of at most"
        f" {OPERATION_SECONDS:.0f} s",
        *(f"at rest: {holdings}" for holdings in run.at_rest),
    ]
    return "\n".join(lines)


def faults_of(run: Run, *, slack: float) -> Iterator[str]:
    """A line for each promise that was broken. `slack`: seconds beyond the deadline of an operation."""
    for sample in run.samples:
        if sample.status != 200 and not (sample.status == 503 and "OVERLOADED" in sample.codes):
            yield f"{sample.kind.name}: status {sample.status} {list(sample.codes)}"
        if sample.seconds > OPERATION_SECONDS + slack:
            yield f"{sample.kind.name}: answered after {sample.seconds:.2f} s"
    for phase in run.phases:
        yield from _faults_of_phase(phase)
    yield from _left_over(*run.at_rest)


def _faults_of_phase(phase: Phase) -> Iterator[str]:
    if phase.opened is None:
        yield f"{phase.name}: the breaker did not open"
    elif not phase.measured_open:
        yield f"{phase.name}: the metrics do not show the breaker open"
    if phase.closed is None:
        yield f"{phase.name}: the breakers did not close"
    for sample in others(phase, [*phase.before, *phase.during]):
        if sample.codes:
            yield f"{phase.name}: {sample.kind.name} of another store has {list(sample.codes)}"
    for sample in phase.during:
        if unexpected := set(sample.codes) - OUTAGE_CODES:
            yield f"{phase.name}: {sample.kind.name} has {sorted(unexpected)}"
    if not any(sample.whole for sample in phase.after if sample.kind.servers[0] == phase.server):
        yield f"{phase.name}: no whole answer after the recovery"


def _left_over(before: Holdings, after: Holdings) -> Iterator[str]:
    """More than before, when nothing is under way. Pools of connections may grow to their bounds."""
    for name in ("tasks", "descriptors"):
        was, now = getattr(before, name), getattr(after, name)
        if now > was:
            yield f"left over: {now - was} {name}"
    if after.pooled > MOST_POOLED:
        yield f"left over: {after.pooled} connections to servers"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
