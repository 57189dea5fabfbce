"""quadrangle import: load a dataset into the stores."""

import sys
from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data, add_oulad

HELP = "load real data: the Open University Learning Analytics Dataset"
DESCRIPTION = (
    "Loads the dataset's CSV files with the stores' bulk writes. All rows are checked before the first write.\n"
    "Safe to repeat: existing records stay as they are, and an interrupted import continues where it stopped.\n"
    "Prints how many records were given, new, known and rejected; the exit code is 1 if any were rejected."
)
EPILOG = """\
examples:
  quadrangle import oulad ~/oulad --data .quadrangle       into the stores of a demo
  quadrangle import oulad ~/oulad --skip-bad               into the stores of the GATEWAY_*_URL settings
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_oulad(parser)
    add_data(parser)


def run(options: Namespace) -> int:
    """Load the dataset and print the counts. 1 if a record was rejected."""
    from gateway.config.migrate_stores import migrate_stores
    from gateway.config.open_stores import checked_urls
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.datasets.load_counts import LoadCounts
    from gateway.datasets.loader import load
    from gateway.datasets.oulad.dataset import read_oulad
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, format_table, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from gateway.runtime.store_retry import announced_retry

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "WARNING")
    if options.data is None:
        checked_urls(settings.stores)  # report invalid URLs before the files are read
    console.print(f"reading {options.folder}")
    dataset = read_oulad(options.folder, skip_bad=options.skip_bad)

    async def import_oulad(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle import", on_step=console.print) as location:
            await migrate_stores(location.urls, now=utc_now)
            async with location.opener(utc_now)() as (stores, _):
                with ProgressBars(console) as bars:
                    retry = announced_retry(console.print)
                    counts = await load(dataset, stores, now=utc_now, on_progress=bars, retry=retry)
        counted = [(what, f"{number:,}") for what, number in dataset.counts.items()]
        skipped = [(f"skipped rows of {file}", f"{number:,}") for file, number in dataset.left_out.items()]
        stored = [("store", "records", "given", "new", "known", "rejected"), *map(row, counts)]
        contents = format_table([("in the dataset", "number"), *counted, *skipped])
        sys.stdout.write(f"{contents}\n\n{format_table(stored)}\n")
        return int(any(each.rejected for each in counts))

    def row(each: LoadCounts) -> list[str]:
        numbers = ("" if number is None else f"{number:,}" for number in (each.given, each.new, each.known))
        rejected = ", ".join(f"{number:,} {code}" for code, number in each.rejected.items())
        return [each.store, each.kind, *numbers, rejected or "0"]

    return run_command(import_oulad, interrupted="interrupted: repeat the command to continue where it stopped")
