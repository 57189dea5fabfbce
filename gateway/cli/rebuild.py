"""quadrangle rebuild: rebuild derived data from the ledger."""

import sys
from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data

HELP = "rebuild timelines, activity or progress from the ledger"
DESCRIPTION = (
    "timeline: appends the events of the ledger to the timeline, newest first. Run it after an upgrade that changes\n"
    "the layout, or if InfluxDB lost its disk or could not store an event. It needs no relay. Existing entries stay\n"
    "as they are: empty a database that was restored from an older backup first, for it may have events that were\n"
    "voided since.\n"
    "activity: recounts the activity of courses. Until a run over all registrations ends, Course.activity is null.\n"
    "progress: recomputes the progress of registrations, and counts the enrolments of their courses. `migrate` does\n"
    "this after an upgrade that needs it.\n"
    "All are safe to repeat, and to run while gateways serve. A run over all registrations that was interrupted\n"
    "continues where it stopped; storeHealth reports the share that is done."
)
EPILOG = """\
examples:
  quadrangle rebuild timeline                            everything, in the stores of the GATEWAY_*_URL settings
  quadrangle rebuild timeline --drop-old                 the same; then remove what only earlier versions read
  quadrangle rebuild timeline --learner demo-0001 --data .quadrangle
  quadrangle rebuild activity --course course-v1:Demo+SQL101+2026 --data .quadrangle
  quadrangle rebuild progress                            all registrations
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=("timeline", "activity", "progress"), help="what to rebuild")
    parser.add_argument("--course", action="append", default=[], metavar="KEY", help="a course; repeatable")
    parser.add_argument("--learner", action="append", default=[], metavar="ID", help="a learner; repeatable")
    parser.add_argument(
        "--drop-old", action="store_true", help="remove the timeline layouts of earlier versions when it is rebuilt"
    )
    add_data(parser)


def run(options: Namespace) -> int:
    """Rebuild everything, or what belongs to the given courses and learners."""
    if options.drop_old and (options.what != "timeline" or options.course or options.learner):
        options.parser.error("--drop-old needs the rebuild of the whole timeline")
    from gateway.config.migrate_stores import drop_old_layouts, migrate_stores
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.relay.activity_rebuild import ActivityRebuild
    from gateway.relay.progress_rebuild import ProgressRebuild
    from gateway.relay.rebuild_loop import Rebuilder, rebuild_all, rebuild_selected
    from gateway.relay.timeline_rebuild import TimelineRebuild
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from gateway.runtime.store_retry import announced_retry

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log, default="WARNING")

    async def rebuild(shutdown: Shutdown) -> int:
        retry = announced_retry(console.print)
        async with open_location(options.data, settings, owner="quadrangle rebuild", on_step=console.print) as location:
            # InfluxDB on a new disk has no database.
            await migrate_stores(location.urls, now=utc_now, rebuild=False)
            async with location.opener(utc_now)() as (stores, _):
                rebuilders: dict[str, Rebuilder] = {
                    "timeline": TimelineRebuild(stores=stores),
                    "activity": ActivityRebuild(stores=stores),
                    "progress": ProgressRebuild(stores=stores),
                }
                rebuilder = rebuilders[options.what]
                with ProgressBars(console, done="rebuilt") as bars:
                    if options.course or options.learner:
                        await rebuild_selected(
                            stores,
                            rebuilder,
                            courses=options.course,
                            learners=options.learner,
                            on_progress=bars,
                            retry=retry,
                        )
                    else:
                        await rebuild_all(stores, rebuilder, on_progress=bars, retry=retry)
            sys.stdout.write(f"{rebuilder.summary()}\n")
            if options.drop_old:
                await drop_old_layouts(location.urls, now=utc_now)
                sys.stdout.write("removed the timeline layouts of earlier versions\n")
        return 0

    return run_command(rebuild, interrupted="interrupted: repeat the command to rebuild the rest")
