"""What `quadrangle demo` does, step by step."""

import asyncio
from argparse import Namespace
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from rich.console import Console

from gateway.cli.announced_server import serve_announced
from gateway.cli.options import DEMO_LEARNERS, DEMO_SEED, LIVE_RATE
from gateway.config.backends import url_of
from gateway.config.migrate import migrate_stores
from gateway.config.settings import Settings
from gateway.config.store_location import StoreLocation, open_location
from gateway.datasets.demo.courses import SQL101
from gateway.datasets.demo.data_folder import Plan, load_world, plan_of, wake
from gateway.datasets.demo.dataset import term_at
from gateway.datasets.demo.people import learner_id
from gateway.embedded.folder import DataFolder
from gateway.embedded.processes import is_running
from gateway.http.app import OpenStores, build_app
from gateway.http.auth.tokens import Access, Tokens
from gateway.http.server import bind, is_loopback
from gateway.runtime.clock import utc_now
from gateway.runtime.console import ProgressBars, format_table, stderr_console
from gateway.runtime.errors import CommandError
from gateway.runtime.shutdown import Shutdown
from gateway.simulation.demo_learners import Learners
from gateway.simulation.scheduler import meanwhile
from resolvers.schema import build_schema
from resolvers.viewer import Role, Viewer
from stores.ports.stores import Stores

ADMIN = Viewer(subject="demo-admin", role=Role.ADMIN)
LEARNER = Viewer(subject=learner_id(1), role=Role.LEARNER)
INSTRUCTOR = Viewer(subject="demo-instructor", role=Role.INSTRUCTOR, courses=frozenset({SQL101}))
TOKENS_LAST = timedelta(days=7)
STANDS_FOR = {
    "profiles": "MongoDB",
    "catalog": "MongoDB",
    "progress": "CockroachDB",
    "timeline": "InfluxDB",
    "sessions": "Redis",
    "live": "Redis",
    "outbox": "CockroachDB",
}


async def demonstrate(options: Namespace, settings: Settings, shutdown: Shutdown) -> int:
    console = stderr_console()
    folder = DataFolder(options.data)
    refuse_second(folder)
    host = settings.http.host if options.host is None else options.host
    with bind(host, settings.http.port if options.port is None else options.port) as bound:
        if options.reset:
            await folder.reset()
        async with open_location(folder.path, settings, owner="quadrangle demo", on_step=console.print) as location:
            if location.embedded is None or location.embedded.joined:
                refuse_second(folder)
                raise CommandError(
                    f"{folder.read().owner or 'another process'} uses {folder.path} now: try again when it is done"
                )
            plan = await prepare(options, folder, location, console)
            access = demo_access(location, is_loopback(host))
            app = build_app(
                settings,
                schema=build_schema(),
                open_stores=opener_of(options, location, plan, console),
                access=access,
                now=utc_now,
                host=host,
            )
            show(console, location, access)
            await serve_announced(app, bound, location, settings, shutdown)
    return 0


def refuse_second(folder: DataFolder) -> None:
    """Two demos on one folder would be one too many: the second is told where the first one is."""
    first = folder.read()
    if first.process is not None and is_running(first.process) and first.endpoint is not None:
        raise CommandError(f"{first.owner} serves {folder.path} already: {first.endpoint}")


async def prepare(options: Namespace, folder: DataFolder, location: StoreLocation, console: Console) -> Plan:
    await migrate_stores(location.urls, now=utc_now, on_step=lambda port, done: None)
    plan = plan_of(folder, seed=options.seed or DEMO_SEED, learners=options.learners or DEMO_LEARNERS, now=utc_now)
    asked = (
        plan.seed if options.seed is None else options.seed,
        plan.learners if options.learners is None else options.learners,
    )
    if asked != (plan.seed, plan.learners):
        console.print(
            f"the folder has a world of {plan.learners:,} learners (seed {plan.seed}): --reset makes another one"
        )
    async with location.opener(utc_now)() as (stores, kept_in):
        with ProgressBars(console) as bars:
            await load_world(folder, plan, stores, kept_in=kept_in, on_progress=bars)
        await wake(plan, stores, now=utc_now())
    return plan


def opener_of(options: Namespace, location: StoreLocation, plan: Plan, console: Console) -> OpenStores:
    """The stores, and with `--live` learners who study as long as these are open: as long as it serves."""
    if not options.live and options.live_rate is None:
        return location.opener(utc_now)

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Stores, Mapping[str, str]]]:
        async with location.opener(utc_now)() as (stores, kept_in):
            learners = Learners(
                stores,
                seed=plan.seed,
                learners=plan.learners,
                term=term_at(datetime.fromisoformat(plan.began)),
                rate=options.live_rate or LIVE_RATE,
                now=utc_now,
                wait=asyncio.sleep,
            )
            console.print(f"live: {learners.at_a_time:,} learners study at a time")
            async with meanwhile(learners.run()):
                yield stores, kept_in

    return opened


def demo_access(location: StoreLocation, on_loopback: bool) -> Access:
    return Access(
        tokens=Tokens(secret=location.secret or ""),
        nobody=ADMIN if on_loopback else None,
        may_trace=lambda viewer: True,
    )


def show(console: Console, location: StoreLocation, access: Access) -> None:
    def shown(port: str, name: str) -> str:
        stands_for = STANDS_FOR[port]
        return name if name.startswith(stands_for) else f"{name}, standing in for {stands_for}"

    rows = [(port, shown(port, name), url_of(location.urls, port)) for port, name in location.names.items()]
    console.print(format_table([("port", "kept by", "where"), *rows]))
    viewers = [LEARNER, INSTRUCTOR]
    if access.nobody is None:
        console.print("this address is not the loopback: every request needs a token")
        viewers.append(ADMIN)
    else:
        console.print("without a token you are an ADMIN; with one of these you are …")
    for viewer in viewers:
        token = access.tokens.mint(viewer, now=utc_now(), valid_for=TOKENS_LAST)
        console.print(f"{viewer.role.value} {viewer.subject}: {token}")
