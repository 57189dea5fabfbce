"""What a person sees while a command works: on stderr, so that stdout has what was asked for and no more."""

import sys
from collections.abc import Sequence
from time import monotonic
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

TELL_EVERY = 2.0


def stderr_console() -> Console:
    return Console(file=sys.stderr, highlight=False, markup=False, soft_wrap=True)


def print_ready(url: str) -> None:
    """The one line on stdout that says so, alone, for people and for programs."""
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()


def format_table(rows: Sequence[Sequence[object]]) -> str:
    """Rows one below the other, each column as wide as its widest cell. No line is broken: all can be copied."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*texts, strict=True)]
    lines = (
        "   ".join(cell + " " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True)) for row in texts
    )
    return "\n".join(line.rstrip() for line in lines)


class ProgressBars:
    """A bar for each stage of long work; where there is no terminal, a line now and then: what was `done`, of what."""

    def __init__(self, console: Console, *, done: str = "loaded") -> None:
        self._console = console
        self._verb = done
        self._bars: dict[str, TaskID] = {}
        self._done: dict[str, int] = {}
        self._told_at = monotonic()
        shown = (TextColumn("  {task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*shown, console=console, disable=not console.is_terminal)

    def __enter__(self) -> "ProgressBars":
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()
        self._tell()

    def __call__(self, stage: str, done: int, total: int) -> None:
        self._done[stage] = done
        if self._console.is_terminal:
            if stage not in self._bars:
                self._bars[stage] = self._progress.add_task(stage)
            self._progress.update(self._bars[stage], completed=done, total=total)
        elif monotonic() - self._told_at > TELL_EVERY:
            self._tell()

    def _tell(self) -> None:
        self._told_at = monotonic()
        if self._done and not self._console.is_terminal:
            self._console.print(f"{self._verb} " + ", ".join(f"{done:,} {stage}" for stage, done in self._done.items()))
