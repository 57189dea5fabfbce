import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway.cli.options import add_data

HELP = "load real data: the Open University Learning Analytics Dataset"
DESCRIPTION = (
    "Loads the dataset's CSV files (plain or .gz) through the stores' bulk writes, every row checked before the first\n"
    "write. Repeatable: what is there already stays as it is, and nothing is there twice."
)
EPILOG = """\
examples:
  quadrangle import oulad ~/oulad --data .quadrangle       into the demo's stores
  quadrangle import oulad ~/oulad --skip-bad               into those of GATEWAY_*_URL; bad rows left out and counted
"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", choices=("oulad",), help="which dataset")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of its files")
    parser.add_argument("--skip-bad", action="store_true", help="leave malformed rows out, in place of giving up")
    add_data(parser)


def run(options: Namespace) -> int:
    from gateway.config.backends import chosen_urls
    from gateway.config.migrate import migrate_stores
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.datasets.loader import Written, load
    from gateway.datasets.oulad.dataset import oulad_world
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, format_table, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "WARNING")
    if options.data is None:
        chosen_urls(settings.stores)  # wrong ones are told before all is read
    console.print(f"reading {options.folder}")
    world = oulad_world(options.folder, skip_bad=options.skip_bad)

    async def import_oulad(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle import", on_step=console.print) as location:
            await migrate_stores(location.urls, now=utc_now, on_step=lambda port, done: None)
            async with location.opener(utc_now)() as (stores, _):
                with ProgressBars(console) as bars:
                    written = await load(world, stores, on_progress=bars)
        counted = [(what, f"{number:,}") for what, number in world.counts.items()]
        left_out = [(f"left out of {file}", f"{number:,}") for file, number in world.left_out.items()]
        stored = [("store", "what", "given", "new", "known", "rejected"), *map(row, written)]
        sys.stdout.write(f"{format_table([('in the files', 'rows'), *counted, *left_out])}\n\n{format_table(stored)}\n")
        return int(any(each.rejected for each in written))

    def row(each: Written) -> list[str]:
        numbers = (each.given, each.new, each.known, each.rejected.total())
        return [each.store, each.what, *("" if number is None else f"{number:,}" for number in numbers)]

    return run_command(import_oulad, when_stopped=130)
