"""What all sources of `quadrangle import` do with a dataset: load it into the stores, and print the counts."""

import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from gateway.config.migrate_stores import migrate_stores
from gateway.config.open_stores import checked_urls
from gateway.config.settings import environment_settings
from gateway.config.store_location import existing_folder, open_location
from gateway.datasets.dataset import Dataset
from gateway.datasets.load_counts import LoadCounts
from gateway.datasets.loader import load
from gateway.datasets.references import References
from gateway.observability.logs import write_logs
from gateway.runtime.clock import utc_now
from gateway.runtime.console import ProgressBars, format_table, stderr_console
from gateway.runtime.shutdown import Shutdown, run
from gateway.runtime.store_retry import announced_retry


class ImportRun:
    """An import into the stores of the data folder `data`, else into those of the environment.

    The constructor raises `CommandError` for invalid settings, before any file is read."""

    def __init__(self, *, data: Path | None, dry_run: bool = False) -> None:
        self._settings = environment_settings()
        self._data = data
        self._dry_run = dry_run
        self.console = stderr_console()
        write_logs(self._settings.log, default="WARNING")
        if data is None:
            checked_urls(self._settings.stores)
        elif dry_run:
            existing_folder(data)

    def load(self, read: Callable[[References], Awaitable[Dataset]]) -> int:
        """Load the dataset that `read` returns; the exit code. A dry run ends after `read`."""
        return run(
            lambda shutdown: self._load(read, shutdown),
            interrupted="interrupted: repeat the command to continue where it stopped",
        )

    def progress(self, done: str) -> ProgressBars:
        """Progress bars of a stage; `done` is the verb of its lines."""
        return ProgressBars(self.console, done=done)

    async def _load(self, read: Callable[[References], Awaitable[Dataset]], shutdown: Shutdown) -> int:
        console, retry = self.console, announced_retry(self.console.print)
        opened = open_location(self._data, self._settings, owner="quadrangle import", on_step=console.print)
        async with opened as location:
            if not self._dry_run:
                await migrate_stores(location.urls, now=utc_now)
            async with location.opener(utc_now)() as (stores, _):
                dataset = await read(References(stores=stores, retry=retry))
                if self._dry_run:
                    sys.stdout.write(f"{_contents(dataset)}\n\nnothing was written: this was a dry run\n")
                    return 0
                with self.progress("loaded") as bars:
                    counts = await load(dataset, stores, now=utc_now, on_progress=bars, retry=retry)
        sys.stdout.write(f"{_contents(dataset)}\n\n{_stored(counts)}\n")
        for example in (line for each in counts for line in each.examples):
            console.print(f"rejected {example}")
        return int(any(each.rejected for each in counts))


def _contents(dataset: Dataset) -> str:
    counted = [(what, f"{number:,}") for what, number in dataset.counts.items()]
    skipped = [(f"skipped rows of {file}", f"{number:,}") for file, number in dataset.left_out.items()]
    return format_table([("in the dataset", "number"), *counted, *skipped])


def _stored(counts: Iterable[LoadCounts]) -> str:
    return format_table([("store", "records", "given", "new", "known", "rejected"), *map(_row, counts)])


def _row(each: LoadCounts) -> list[str]:
    numbers = ("" if number is None else f"{number:,}" for number in (each.given, each.new, each.known))
    rejected = ", ".join(f"{number:,} {code}" for code, number in each.rejected.items())
    return [each.store, each.kind, *numbers, rejected or "0"]
