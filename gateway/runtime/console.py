"""What a user sees while a command works. It goes to stderr; stdout has only what was asked for."""

import sys
from collections.abc import Sequence
from time import monotonic
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_EVERY_SECONDS = 2.0


def stderr_console() -> Console:
    """A console on stderr that neither styles nor wraps text."""
    return Console(file=sys.stderr, highlight=False, markup=False, soft_wrap=True)


def print_ready(url: str) -> None:
    """Print `ready URL` on stdout, for users and for programs that wait for it."""
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()


def format_table(rows: Sequence[Sequence[object]]) -> str:
    """Rows as text, each column as wide as its widest cell. Lines are never wrapped, so every cell can be copied."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    lines = (
        "   ".join(cell + " " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True)) for row in texts
    )
    return "\n".join(line.rstrip() for line in lines)


class ProgressBars:
    """A progress bar with an estimate for each stage of long work. Without a terminal: a line now and then, and one at
    the end.

    `done` is the verb of these lines ("loaded 12 courses"); there are `line_every` seconds between two of them.
    """

    def __init__(self, console: Console, *, done: str = "loaded", line_every: float = LINE_EVERY_SECONDS) -> None:
        self._console = console
        self._verb = done
        self._line_every = line_every
        self._bars: dict[str, TaskID] = {}
        self._done: dict[str, int] = {}
        self._printed: dict[str, int] = {}
        self._printed_at = monotonic()
        text, counts = TextColumn("  {task.description:<15}"), MofNCompleteColumn()
        shown = (text, BarColumn(), counts, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        self._progress = Progress(*shown, console=console, disable=not console.is_terminal)

    def __enter__(self) -> "ProgressBars":
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()
        self._print_line()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report that `done` of `total` records of a stage are done."""
        self._done[stage] = done
        if self._console.is_terminal:
            if stage not in self._bars:
                self._bars[stage] = self._progress.add_task(stage)
            self._progress.update(self._bars[stage], completed=done, total=total)
        elif monotonic() - self._printed_at >= self._line_every:
            self._print_line()

    def _print_line(self) -> None:
        self._printed_at = monotonic()
        if self._done != self._printed and not self._console.is_terminal:
            self._printed = dict(self._done)
            self._console.print(f"{self._verb} " + ", ".join(f"{done:,} {stage}" for stage, done in self._done.items()))
