"""quadrangle migrate: create or update what the stores need, or show what that would do."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from gateway.cli.options import add_data

HELP = "create or update tables, indexes and databases"
DESCRIPTION = (
    "Creates what the stores need and do not have yet: SQL tables, MongoDB indexes, the InfluxDB database. If this\n"
    "version computes progress in a new way, rebuilds progress from the ledger. Prints what it applied for each port,\n"
    "and which other rebuilds remain to be run. Safe to repeat; an interrupted run continues where it stopped.\n"
    "Expand and migrate steps may be applied while gateways and relays of an earlier version run. If a contract step\n"
    "is pending and relays hold leases, migrate applies nothing and says so.\n"
    "--status and --plan only read. Their exit code is 0 if nothing is pending, 3 if something is, 1 if a store\n"
    "does not say."
)
EPILOG = """\
examples:
  quadrangle migrate                        the stores of the GATEWAY_*_URL settings
  quadrangle migrate --status               how many steps each store has, and how many are pending
  quadrangle migrate --plan                 the SQL and the commands of the pending steps
  quadrangle migrate --data .quadrangle     the stores of a demo
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    only_one = parser.add_mutually_exclusive_group()
    only_one.add_argument("--status", action="store_true", help="print what is applied and pending; change nothing")
    only_one.add_argument("--plan", action="store_true", help="print the pending steps; change nothing")
    only_one.add_argument(
        "--contract",
        action="store_true",
        help="apply contract steps while relays hold leases: no process of a version that they break runs",
    )
    add_data(parser)


def run(options: Namespace) -> int:
    """Migrate every store."""
    from gateway.cli.migration_report import exit_code, plan_lines, status_lines
    from gateway.config.migrate_stores import LONG_REBUILDS, migrate_stores, unfinished_rebuilds
    from gateway.config.pending_migrations import pending_migrations
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from stores.domain.rebuilds import Rebuild

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log, default="WARNING")

    def show(port: str, steps: Sequence[str]) -> None:
        console.print(f"{port}: {', '.join(steps) or 'up to date'}")

    def show_rebuilds(kinds: Sequence[Rebuild]) -> None:
        for kind in kinds:
            console.print(f"run `quadrangle rebuild {kind.value.lower()}` next; gateways may serve meanwhile")

    async def migrate(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle migrate", on_step=console.print) as location:
            with ProgressBars(console, done="rebuilt") as bars:
                remaining = await migrate_stores(
                    location.urls, now=utc_now, on_step=show, on_progress=bars, contract=options.contract
                )
        show_rebuilds(remaining)
        return 0

    async def report(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle migrate", on_step=console.print) as location:
            found = await pending_migrations(location.urls, now=utc_now, old_rows=True)
            complete = not any(one.pending or one.fault for one in found)
            unfinished = await unfinished_rebuilds(location.urls, now=utc_now) if complete else []
        sys.stdout.write("".join(f"{line}\n" for line in (plan_lines if options.plan else status_lines)(found)))
        for one in found:
            if one.fault is not None:
                console.print(str(one.fault))
        if Rebuild.PROGRESS in unfinished:
            console.print("progress: `quadrangle migrate` was interrupted and has to rebuild progress from the ledger")
        show_rebuilds([kind for kind in unfinished if kind in LONG_REBUILDS])
        return exit_code(found, unfinished)

    if options.status or options.plan:
        return run_command(report, interrupted="interrupted")
    return run_command(migrate, interrupted="interrupted: repeat the command to complete the migration")
