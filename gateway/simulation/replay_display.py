"""Shows how a replay proceeds: a progress bar on a terminal, a line every five seconds elsewhere."""

from datetime import datetime, timedelta
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gateway.simulation.periodic_tasks import Now
from gateway.simulation.replay import ReplayStatus

LINE_INTERVAL = timedelta(seconds=5)


class ReplayDisplay:
    """A context manager; call it with each new status. A store that starts to fail is printed at once."""

    def __init__(self, console: Console, *, now: Now) -> None:
        self._console = console
        self._now = now
        self._printed_at: datetime | None = None
        self._waiting_for: str | None = None
        columns = (TextColumn("replayed"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> "ReplayDisplay":
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def __call__(self, status: ReplayStatus) -> None:
        outage = status.waiting_for not in (None, self._waiting_for)
        self._waiting_for = status.waiting_for
        if self._console.is_terminal:
            self._bar.update(self._task, description=describe(status), completed=status.done, total=status.total)
        elif outage or self._printed_at is None or self._now() - self._printed_at >= LINE_INTERVAL:
            self._printed_at = self._now()
            self._console.print(f"replayed {status.done:,} of {status.total:,}: {describe(status)}")


def describe(status: ReplayStatus) -> str:
    """The recorded day and the rate, or the store that the replay waits for."""
    if status.waiting_for is not None:
        return f"waiting for {status.waiting_for}, which does not answer"
    day = "no event yet" if status.moment is None else f"{status.moment:%d %b %Y}"
    behind = f", {status.behind.total_seconds():,.0f} s behind" if status.behind else ""
    return f"{day}, {status.rate:,.1f} events/s{behind}"


def summarize(status: ReplayStatus) -> str:
    """The line at the end of a replay, also of an interrupted one."""
    done = "all" if status.done == status.total else f"{status.done:,} of"
    until = "" if status.moment is None else f" up to {status.moment:%d %b %Y}"
    late = f"; {status.behind.total_seconds():,.0f} s behind at the end" if status.behind else ""
    rejected = "".join(f"; {number:,} rejected as {code}" for code, number in status.rejected.items())
    took = timedelta(seconds=round(status.took.total_seconds()))
    return f"replayed {done} {status.total:,} events{until} in {took} ({status.rate:,.1f}/s){late}{rejected}"
