import sys
from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data

HELP = "make a timeline or progress again from the ledger"
DESCRIPTION = (
    "timeline: brings what the ledger has into the timeline once more: after InfluxDB lost its disk or came back from\n"
    "an older backup, or could not keep something. What is there already stays as it is, what was voided is taken\n"
    "out, and the roll-ups follow.\n"
    "progress: folds registrations again from the ledger. 'migrate' does this after an upgrade that needs it. A run\n"
    "over all registrations that was killed resumes where it stopped.\n"
    "Both are safe while gateways serve, and to repeat."
)
EPILOG = """\
examples:
  quadrangle rebuild timeline                            everything, from and into the stores of GATEWAY_*_URL
  quadrangle rebuild timeline --learner demo-0001 --data .quadrangle
  quadrangle rebuild timeline --course course-v1:Demo+SQL101+2026 --data .quadrangle
  quadrangle rebuild progress                            all registrations, from and into the stores of GATEWAY_*_URL
"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("timeline", "progress"), help="what is made again")
    parser.add_argument("--course", action="append", default=[], metavar="KEY", help="a course; may be repeated")
    parser.add_argument("--learner", action="append", default=[], metavar="ID", help="a learner; may be repeated")
    add_data(parser)


def run(options: Namespace) -> int:
    import asyncio
    from uuid import uuid4

    from gateway.config.migrate import migrate_stores
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.relay.progress_rebuild import rebuild_progress, rebuild_selected
    from gateway.relay.rebuild import rebuild
    from gateway.relay.relay import publishing
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.health import Health

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "WARNING")

    async def rebuild_timeline(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle rebuild", on_step=console.print) as location:
            # A new disk has no database.
            await migrate_stores(location.urls, now=utc_now, on_step=lambda port, done: None)
            async with location.opener(utc_now)() as (stores, backends):
                health = Health(pingers=stores.by_name(), backends=backends, outbox=stores.outbox, now=utc_now)
                # A relay of our own shares the work with those that run: nobody else need be there.
                relay = publishing(stores, where="embedded", holder=uuid4().hex, failures=health)
                with ProgressBars(console, done="told again") as bars:
                    async with relay:
                        told = await rebuild(
                            stores,
                            courses=options.course,
                            learners=options.learner,
                            wait=asyncio.sleep,
                            on_progress=bars,
                        )
        sys.stdout.write(f"the timeline was told all {told.events:,} events of {told.enrollments:,} enrolments\n")
        return 0

    async def progress_again(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle rebuild", on_step=console.print) as location:
            with ProgressBars(console, done="rebuilt") as bars:
                await migrate_stores(location.urls, now=utc_now, on_step=lambda port, done: None, rebuild=False)
                async with location.opener(utc_now)() as (stores, _):
                    if options.course or options.learner:
                        done = await rebuild_selected(
                            stores, courses=options.course, learners=options.learner, on_progress=bars
                        )
                    else:
                        done = await rebuild_progress(stores, on_progress=bars)
        skipped = f"; {done.skipped:,} skipped: the catalog lacks their course version" if done.skipped else ""
        sys.stdout.write(f"rebuilt {done.registrations:,} registrations, {done.changed:,} of them changed{skipped}\n")
        return 0

    return run_command(rebuild_timeline if options.what == "timeline" else progress_again, when_stopped=130)
