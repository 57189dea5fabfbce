"""quadrangle migrate: create or update what the stores need."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from gateway.cli.options import add_data

HELP = "create or update tables, indexes and databases"
DESCRIPTION = (
    "Creates what the stores need and do not have yet: SQL tables, MongoDB indexes, the InfluxDB database. If this\n"
    "version computes progress in a new way, rebuilds progress from the ledger. Prints what it applied for each port,\n"
    "and which other rebuilds remain to be run. Safe to repeat; an interrupted run continues where it stopped. Stop\n"
    "older gateways and relays before an upgrade."
)
EPILOG = """\
examples:
  quadrangle migrate                        the stores of the GATEWAY_*_URL settings
  quadrangle migrate --data .quadrangle     the stores of a demo
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_data(parser)


def run(options: Namespace) -> int:
    """Migrate every store."""
    from gateway.config.migrate_stores import migrate_stores
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log, default="WARNING")

    def show(port: str, steps: Sequence[str]) -> None:
        console.print(f"{port}: {', '.join(steps) or 'up to date'}")

    async def migrate(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle migrate", on_step=console.print) as location:
            with ProgressBars(console, done="rebuilt") as bars:
                remaining = await migrate_stores(location.urls, now=utc_now, on_step=show, on_progress=bars)
        for kind in remaining:
            console.print(f"run `quadrangle rebuild {kind.value.lower()}` next; gateways may serve meanwhile")
        return 0

    return run_command(migrate, interrupted="interrupted: repeat the command to complete the migration")
