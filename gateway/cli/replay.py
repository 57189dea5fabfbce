"""quadrangle replay: record a dataset's events again, as if they happened now."""

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from gateway.cli.options import UNITS, add_data, add_oulad, learner_count

HELP = "replay real data as live events"
DESCRIPTION = (
    "Replays the Open University Learning Analytics Dataset in chronological order, but faster. Every event is\n"
    "recorded with the current time and a new id, and published like a client's. Imported events stay as they are.\n"
    "Missing courses, learners and enrolments are created first. The dataset has dates without times: the events\n"
    "of a day are spread over the day. With GATEWAY_RELAY=external other processes publish the events.\n"
    "The exit code is 1 if an event was rejected."
)
EPILOG = """\
examples:
  quadrangle replay oulad ~/oulad --course AAA/2013J --data .quadrangle      beside a running demo: one day per second
  quadrangle replay oulad ~/oulad --learners 50 --speed 6h --data .quadrangle
  quadrangle replay oulad ~/oulad --speed 3600                               into the stores of GATEWAY_*_URL
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", choices=("oulad",), help="the dataset")
    add_oulad(parser)
    parser.add_argument(
        "--speed",
        type=speed,
        default="1d",
        metavar="TIME",
        help="how much of the dataset's time passes per second: a number and s, min, h, d or w (default: 1d)",
    )
    parser.add_argument("--course", metavar="RUN", help="only this run: AAA/2013J, or its course key")
    parser.add_argument("--learners", type=learner_count, metavar="N", help="only the first N students")
    add_data(parser)


def speed(text: str) -> float:
    """Seconds of the dataset's time per second. Without a unit the number is in seconds."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(s|min|m|h|d|w)?", text)
    if found is None or float(found[1]) == 0:
        raise ArgumentTypeError(f"{text!r} is not a speed: a number above 0 and s, min, h, d or w, such as 6h")
    return float(found[1]) * UNITS[found[2] or "s"]


def run(options: Namespace) -> int:
    """Replay the events and print what was recorded. 1 if a record was rejected."""
    import asyncio
    from secrets import token_bytes
    from uuid import uuid4

    from gateway.config.migrate_stores import migrate_stores
    from gateway.config.open_stores import checked_urls
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.datasets.oulad.dataset import oulad_dataset
    from gateway.datasets.oulad.subset import find_run, subset
    from gateway.datasets.oulad.tables import read_tables
    from gateway.observability.logs import write_logs
    from gateway.relay.publishing import publishing
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from gateway.simulation.replay import Replay
    from gateway.simulation.replay_display import ReplayDisplay, summarize
    from gateway.simulation.replay_schedule import ReplaySchedule
    from gateway.simulation.replay_setup import create_enrollments, wait_until_published
    from gateway.simulation.restamper import Restamper
    from gateway.simulation.simulated_writes import SimulatedWrites
    from resolvers.health import Health

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log, default="WARNING")
    if options.data is None:
        checked_urls(settings.stores)  # report invalid URLs before the files are read
    console.print(f"reading {options.folder}")
    tables = read_tables(options.folder, skip_bad=options.skip_bad)
    chosen = None if options.course is None else find_run(tables, options.course)
    dataset = oulad_dataset(subset(tables, run=chosen, learners=options.learners))

    async def replay(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle replay", on_step=console.print) as location:
            await migrate_stores(location.urls, now=utc_now)
            async with location.opener(utc_now)() as (stores, backends):
                await create_enrollments(dataset, stores, console, now=utc_now)
                writes = SimulatedWrites(stores, deadlines=settings.deadlines, now=utc_now, random_bytes=token_bytes)
                health = Health(stores=stores, backends=backends, now=utc_now)
                schedule = ReplaySchedule(dataset.events, speed=options.speed)
                # Our own relay, even beside a gateway's: they share the work by leases. Whether another one runs cannot
                # be known for sure, and without any the replayed events would not be published.
                relay = publishing(stores, where=settings.relay.where, holder=uuid4().hex, failures=health)
                async with relay:
                    with ReplayDisplay(console, now=utc_now) as display:
                        replaying = Replay(
                            writes,
                            schedule,
                            restamper=Restamper(token_bytes),
                            now=utc_now,
                            wait=asyncio.sleep,
                            on_status=display,
                        )
                        try:
                            await replaying.run()
                        finally:
                            sys.stdout.write(summarize(replaying.status) + "\n")
                    if left := await wait_until_published(stores, wait=asyncio.sleep):
                        console.print(
                            f"{left:,} commits are not published yet: a running gateway or relay will publish them"
                        )
        return int(bool(replaying.status.rejected))

    return run_command(replay, interrupted="interrupted: the events recorded so far stay")
