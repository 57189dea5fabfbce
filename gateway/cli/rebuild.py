"""quadrangle rebuild: rebuild derived data from the ledger."""

import sys
from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data

HELP = "rebuild timelines or progress from the ledger"
DESCRIPTION = (
    "timeline: publishes the events of the ledger to the timeline again: after InfluxDB lost its disk, was restored\n"
    "from an older backup, or could not store something. Existing entries stay as they are, voided events are\n"
    "removed, and roll-ups are recomputed.\n"
    "progress: computes the progress of registrations from their events again. `migrate` does this after an upgrade\n"
    "that needs it. A run over all registrations continues where it stopped.\n"
    "Both are safe to repeat, and to run while gateways serve."
)
EPILOG = """\
examples:
  quadrangle rebuild timeline                            everything, in the stores of the GATEWAY_*_URL settings
  quadrangle rebuild timeline --learner demo-0001 --data .quadrangle
  quadrangle rebuild timeline --course course-v1:Demo+SQL101+2026 --data .quadrangle
  quadrangle rebuild progress                            all registrations
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=("timeline", "progress"), help="what to rebuild")
    parser.add_argument("--course", action="append", default=[], metavar="KEY", help="a course; repeatable")
    parser.add_argument("--learner", action="append", default=[], metavar="ID", help="a learner; repeatable")
    add_data(parser)


def run(options: Namespace) -> int:
    """Rebuild everything, or what belongs to the given courses and learners."""
    import asyncio
    from uuid import uuid4

    from gateway.config.migrate_stores import migrate_stores
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.relay.progress_rebuild import rebuild_progress, rebuild_selected
    from gateway.relay.publishing import publishing
    from gateway.relay.timeline_rebuild import rebuild_timeline
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.health import Health

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "WARNING")

    async def timeline(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle rebuild", on_step=console.print) as location:
            # InfluxDB on a new disk has no database.
            await migrate_stores(location.urls, now=utc_now)
            async with location.opener(utc_now)() as (stores, backends):
                health = Health(stores=stores, backends=backends, now=utc_now)
                # Our own relay shares the work with the relays that run, and does it alone if none does.
                relay = publishing(stores, where="embedded", holder=uuid4().hex, failures=health)
                with ProgressBars(console, done="republished") as bars:
                    async with relay:
                        done = await rebuild_timeline(
                            stores,
                            courses=options.course,
                            learners=options.learner,
                            wait=asyncio.sleep,
                            on_progress=bars,
                        )
        sys.stdout.write(
            f"republished {done.events:,} events of {done.enrollments:,} enrolments; the timeline has them\n"
        )
        return 0

    async def progress(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle rebuild", on_step=console.print) as location:
            with ProgressBars(console, done="rebuilt") as bars:
                await migrate_stores(location.urls, now=utc_now, rebuild=False)
                async with location.opener(utc_now)() as (stores, _):
                    if options.course or options.learner:
                        done = await rebuild_selected(
                            stores, courses=options.course, learners=options.learner, on_progress=bars
                        )
                    else:
                        done = await rebuild_progress(stores, on_progress=bars)
        sys.stdout.write(f"{done.summary()}\n")
        return 0

    return run_command(
        timeline if options.what == "timeline" else progress,
        interrupted="interrupted: repeat the command to rebuild the rest",
    )
