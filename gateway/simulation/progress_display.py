"""How a replay goes, for whoever waits beside it: a line that changes; where there is no terminal, one now and then."""

from datetime import datetime, timedelta
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gateway.simulation.recorded_events import Told
from gateway.simulation.scheduler import Now

LINES_APART = timedelta(seconds=5)


class Telling:
    def __init__(self, console: Console, *, now: Now) -> None:
        self._console = console
        self._now = now
        self._at: datetime | None = None
        self._waits: str | None = None
        shown = (TextColumn("replayed"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*shown, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> "Telling":
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def __call__(self, told: Told) -> None:
        waits, self._waits = told.waits not in (None, self._waits), told.waits
        if self._console.is_terminal:
            self._bar.update(self._task, description=state_of(told), completed=told.done, total=told.total)
        elif waits or self._at is None or self._now() - self._at >= LINES_APART:
            self._at = self._now()
            self._console.print(f"replayed {told.done:,} of {told.total:,}: {state_of(told)}")


def state_of(told: Told) -> str:
    if told.waits is not None:
        return f"{told.waits} is away, waiting"
    day = "nothing yet" if told.moment is None else f"{told.moment:%d %b %Y}"
    behind = f", {told.behind.total_seconds():,.0f} s behind" if told.behind else ""
    return f"{day}, {told.rate:,.1f} events/s{behind}"


def summary_of(told: Told) -> str:
    """The one line at the end, however that came."""
    whole = "all" if told.done == told.total else f"{told.done:,} of"
    until = "" if told.moment is None else f" up to {told.moment:%d %b %Y}"
    late = f"; {told.behind.total_seconds():,.0f} s behind at the end" if told.behind else ""
    lost = "".join(f"; {number:,} rejected as {code}" for code, number in told.rejected.items())
    took = timedelta(seconds=round(told.took.total_seconds()))
    return f"replayed {whole} {told.total:,} events{until} in {took} ({told.rate:,.1f}/s){late}{lost}"
