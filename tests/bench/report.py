"""What the comparisons have in common: their options, the progress bar, and the tables and the file of a run."""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from gateway.runtime.shutdown import new_loop
from tests.bench.compare import Comparison, Cores
from tests.bench.node import Missing
from tests.bench.servers import Server
from tests.bench.tables import hit_rates, markdown, profile_table, table

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
WIDTH = 140
Found = Mapping[str, list[dict[str, Any]]]
"""The rows of each query."""


class Bar:
    """The bar of a run."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def loading(self, kind: str, done: int, total: int) -> None:
        """Show how much data is loaded."""
        self._progress.update(self._task, description=f"loading {kind}", completed=done, total=total)

    def measuring(self, slices: int) -> tuple[Callable[[str], None], Callable[[], None]]:
        """Begin again with so many slices; what to call for each query, and for each slice."""
        self._progress.reset(self._task, total=slices)
        return (
            lambda name: self._progress.update(self._task, description=name),
            lambda: self._progress.advance(self._task),
        )


@contextmanager
def shown_bar(console: Console) -> Iterator[Bar]:
    """A progress bar on the terminal."""
    with Progress(*COLUMNS, console=console) as progress:
        yield Bar(progress, progress.add_task("starting", total=None))


def add_options(parser: argparse.ArgumentParser, *, rounds: int, output: str) -> None:
    """The options of every comparison."""
    parser.add_argument("--rounds", type=int, default=rounds, help="turns of each server (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long a turn lasts (default %(default)s)")
    parser.add_argument("--profile", action="store_true", help="also show where the CPU goes; it then costs more")
    parser.add_argument("--markdown", action="store_true", help="print the tables as README has them")
    parser.add_argument("--json", type=Path, default=Path(output), help="output file (default %(default)s)")


def prepared(servers: Sequence[Server], console: Console) -> list[Server]:
    """The servers that can run here; a line says why each of the others cannot."""
    found = []
    for server in servers:
        try:
            console.print(server.prepare())
        except Missing as missing:
            console.print(f"{server.name}: skipped, because {missing}")
        else:
            found.append(server)
    return found


def run_and_report(
    given: argparse.Namespace,
    servers: Sequence[Server],
    bench: Callable[[Comparison, Bar], Any],
    console: Console,
) -> int:
    """Run `bench`, print its tables and write its file; the exit code."""
    cores = Cores.available()
    os.sched_setaffinity(0, cores.load)  # the servers of the stores are started by this process
    console.print(str(cores))
    with (
        tempfile.TemporaryDirectory(prefix="quadrangle-bench-") as name,
        asyncio.Runner(loop_factory=new_loop) as runner,
        shown_bar(console) as bar,
    ):
        folder = Path(name)
        folder.chmod(0o711)
        comparison = Comparison(
            servers=prepared(servers, console),
            rounds=given.rounds,
            seconds=given.seconds,
            cores=cores,
            folder=folder,
            profile=given.profile,
        )
        found: Found = runner.run(bench(comparison, bar))
    report(found, given, str(cores))
    for name, failure in comparison.failures.items():
        console.print(f"{name}: {failure}")
    console.print(f"written to {given.json}")
    return 1 if comparison.failures else 0


def report(found: Found, given: argparse.Namespace, cores: str) -> None:
    """Print the tables, and write all numbers to the file."""
    print(f"Python {platform.python_version()}; {cores}. CPU is that of the server's own process, for each request;")
    print("a ratio divides it by that of the page by hand; c: requests at the same time.\n")
    for name, rows in found.items():
        if given.markdown:
            print(markdown(name, rows))
        else:
            Console(width=WIDTH).print(table(name, rows))
        if given.profile:
            Console(width=WIDTH).print(profile_table(name, rows))
    for line in hit_rates(found):
        print(line)
    about = {"at": datetime.now(UTC).isoformat(), "python": platform.python_version(), "cores": cores}
    given.json.write_text(json.dumps({**about, "rows": dict(found)}, indent=1) + "\n")
