import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from gateway.cli.options import add_data, count

HELP = "let real data happen again, as live events"
DESCRIPTION = (
    "Replays the Open University Learning Analytics Dataset in the order of its time, but faster, through the write\n"
    "path: every event is recorded as of now, under a fresh id, and published like a client's. What was imported\n"
    "stays as it is; courses, learners and enrolments that are missing are made first. The dataset knows days, not\n"
    "hours: the events of a day are spread over it. GATEWAY_RELAY=external leaves all publishing to other processes."
)
EPILOG = """\
examples:
  quadrangle replay oulad ~/oulad --course AAA/2013J --data .quadrangle      beside a running demo: a day a second
  quadrangle replay oulad ~/oulad --learners 50 --speed 6h --data .quadrangle
  quadrangle replay oulad ~/oulad --speed 3600                               into the stores of GATEWAY_*_URL
"""
UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("source", choices=("oulad",), help="which dataset")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of its files")
    parser.add_argument(
        "--speed", type=speed, default="1d", metavar="N", help="how much time a second is: 86400, 1d (default), 6h …"
    )
    parser.add_argument("--course", metavar="RUN", help="one run alone: AAA/2013J, or its course's key")
    parser.add_argument("--learners", type=count, metavar="N", help="the first N students alone")
    parser.add_argument("--skip-bad", action="store_true", help="leave malformed rows out, in place of giving up")
    add_data(parser)


def speed(text: str) -> float:
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)([smhdw]?)", text)
    if found is None or float(found[1]) == 0:
        raise ArgumentTypeError(f"{text!r} is not a speed such as 86400, 1d or 6h (of the past, a second)")
    return float(found[1]) * UNITS[found[2]]


def run(options: Namespace) -> int:
    import asyncio
    from secrets import token_bytes
    from uuid import uuid4

    from gateway.config.backends import chosen_urls
    from gateway.config.migrate import migrate_stores
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.datasets.oulad.dataset import world_of
    from gateway.datasets.oulad.part import part_of, run_named
    from gateway.datasets.oulad.tables import read_tables
    from gateway.observability.logs import write_logs
    from gateway.relay.relay import publishing
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from gateway.simulation.progress_display import Telling, summary_of
    from gateway.simulation.recorded_events import Replay
    from gateway.simulation.restamp import Fresh
    from gateway.simulation.schedule import Schedule
    from gateway.simulation.setup import drained, prepared
    from resolvers.health import Health

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "WARNING")
    if options.data is None:
        chosen_urls(settings.stores)  # wrong ones are told before all is read
    console.print(f"reading {options.folder}")
    tables = read_tables(options.folder, skip_bad=options.skip_bad)
    chosen = None if options.course is None else run_named(tables, options.course)
    world = world_of(part_of(tables, run=chosen, learners=options.learners))

    async def replay(shutdown: Shutdown) -> int:
        async with open_location(options.data, settings, owner="quadrangle replay", on_step=console.print) as location:
            await migrate_stores(location.urls, now=utc_now, on_step=lambda port, done: None)
            async with location.opener(utc_now)() as (stores, backends):
                items = await prepared(world, stores, console)
                health = Health(pingers=stores.by_name(), backends=backends, outbox=stores.outbox, now=utc_now)
                schedule = Schedule(world.events, speed=options.speed)
                # A relay of our own even beside a gateway's: they share the work by leases. To find out whether there
                # is another one would be a guess, and without any nobody would see what is replayed.
                relay = publishing(stores, where=settings.relay.where, holder=uuid4().hex, failures=health)
                async with relay:
                    with Telling(console, now=utc_now) as telling:
                        going = Replay(
                            stores,
                            schedule,
                            items=items,
                            fresh=Fresh(token_bytes),
                            now=utc_now,
                            wait=asyncio.sleep,
                            on_told=telling,
                        )
                        try:
                            await going.run()
                        finally:
                            sys.stdout.write(summary_of(going.told) + "\n")
                    if left := await drained(stores, wait=asyncio.sleep):
                        console.print(f"{left:,} commits are not published yet: a running gateway or relay goes on")
        return int(bool(going.told.rejected))

    return run_command(replay, when_stopped=130)
