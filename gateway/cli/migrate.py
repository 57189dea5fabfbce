from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from gateway.cli.options import add_data

HELP = "make or bring up to date tables, indexes and databases"
DESCRIPTION = (
    "Makes what the stores need and do not have yet: SQL tables, MongoDB indexes, the InfluxDB database. Where a new\n"
    "version computes progress differently, rebuilds it from the ledger. Repeatable; resumes where it was stopped."
)
EPILOG = "example:  quadrangle migrate --data .quadrangle"


def add_arguments(parser: ArgumentParser) -> None:
    add_data(parser)


def run(options: Namespace) -> int:
    from gateway.config.migrate import migrate_stores
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "WARNING")

    def tell(port: str, done: Sequence[str]) -> None:
        console.print(f"{port}: {', '.join(done) or 'up to date'}")

    async def migrate(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle migrate", on_step=console.print) as location:
            with ProgressBars(console, done="rebuilt") as bars:
                await migrate_stores(location.urls, now=utc_now, on_step=tell, on_progress=bars)
        return 0

    return run_command(migrate, when_stopped=130)
