"""quadrangle demo: the gateway over embedded servers that hold a generated dataset."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.options import add_address, chosen_address, learner_count, rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import Route

    from gateway.config.store_location import StoreLocation
    from gateway.datasets.demo.roles import DemoRole
    from gateway.http.auth.access import Access
    from gateway.http.auth.tokens import Tokens

LEARNERS, SEED = 500, 1
LIVE_RATE = 3.0
HELP = "serve a generated dataset from embedded databases"
DESCRIPTION = (
    "Starts SecantusDB (for MongoDB), PostgreSQL (for CockroachDB), Valkey (for Redis) and, if influxd is installed,\n"
    "InfluxDB. Loads a generated dataset, serves GraphQL and prints: ready http://HOST:PORT/graphql\n"
    "On a loopback address requests need no token: a request without one has the role ADMIN. On any other address\n"
    "every request needs a token. Pages of http://localhost:* and http://127.0.0.1:* may use it with a token. Ctrl-C\n"
    "stops the servers; the data stay in the data folder."
)
EPILOG = f"""\
examples:
  quadrangle demo
  quadrangle demo --learners 2000 --port 0
  quadrangle demo --live                       simulated learners study while it serves
  quadrangle demo --live --live-rate 20        the same, with about 20 events per second
  quadrangle demo --reset --seed 7             delete the data and generate others

The first start loads {LEARNERS} learners. Interrupted while loading (exit code 130), the next start continues.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_address(parser)
    parser.add_argument(
        "--data", type=Path, default=Path(".quadrangle"), metavar="DIR", help="the data folder (default: .quadrangle)"
    )
    parser.add_argument(
        "--learners", type=learner_count, metavar="N", help=f"learners in a new dataset (default: {LEARNERS})"
    )
    parser.add_argument(
        "--seed", type=int, help=f"seed of a new dataset; equal seeds give equal data (default: {SEED})"
    )
    parser.add_argument("--live", action="store_true", help="simulate learners who study while it serves")
    parser.add_argument(
        "--live-rate",
        type=rate,
        metavar="N",
        help=f"about how many events per second --live makes (default: {LIVE_RATE:g})",
    )
    parser.add_argument("--reset", action="store_true", help="delete the data of the folder first")


def run(options: Namespace) -> int:
    """Serve until a signal comes."""
    if options.live_rate is not None and not options.live:
        options.parser.error("--live-rate needs --live")
    from gateway.cli.served_schema import served_schema
    from gateway.config.groups.rates import RatesSettings
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.datasets.demo.prepare import prepare_data
    from gateway.datasets.demo.roles import demo_roles
    from gateway.embedded.folder import DataFolder
    from gateway.embedded.restarts import RestartPolicy
    from gateway.http.app import build_app
    from gateway.http.auth.tokens import Tokens
    from gateway.http.metrics.listener import bind_metrics
    from gateway.http.metrics.process_metrics import ProcessMetrics
    from gateway.http.server import address_of, bind, is_loopback, serve
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import ProgressBars, print_ready, stderr_console
    from gateway.runtime.errors import CommandError
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from gateway.runtime.store_retry import announced_retry
    from gateway.simulation.live_stores import with_demo_learners
    from gateway.web.page_sources import PagesState, pages_state

    settings, console = environment_settings(), stderr_console()
    # The demo's data are invented: every role may introspect, as often as it likes.
    everyone = settings.limits.model_copy(update={"introspection": "all"})
    settings = settings.model_copy(update={"limits": everyone, "rates": RatesSettings(limit=0)})
    write_logs(settings.log, default="WARNING")
    if (pages := pages_state()) is not PagesState.CURRENT:
        console.print(pages.value)
    folder = DataFolder(options.data)
    folder.refuse_if_served()
    host, port = chosen_address(options, settings.http)

    async def demo(shutdown: Shutdown) -> int:
        metrics = ProcessMetrics()
        with bind(host, port) as bound, bind_metrics(settings.metrics, beside=bound) as metrics_socket:
            endpoint = f"{address_of(bound)}/graphql"
            if options.reset:
                await folder.reset()
            async with open_location(
                folder.path,
                settings,
                owner="quadrangle demo",
                on_step=console.print,
                restart=RestartPolicy(give_up=shutdown.request),
            ) as location:
                if location.embedded is None or location.embedded.joined:
                    folder.refuse_if_served()
                    owner = folder.read().owner or "another process"
                    raise CommandError(
                        f"{owner} uses {folder.path} now: wait for it, or name another folder with --data"
                    )
                with ProgressBars(console) as bars:
                    state = await prepare_data(
                        folder,
                        location,
                        seed=SEED if options.seed is None else options.seed,
                        learners=options.learners or LEARNERS,
                        now=utc_now,
                        on_progress=bars,
                        retry=announced_retry(console.print),
                    )
                if options.seed not in {None, state.seed} or options.learners not in {None, state.learners}:
                    console.print(
                        f"kept the data of {state.learners:,} learners (seed {state.seed}) that the folder has: "
                        "--reset generates others"
                    )
                roles = demo_roles(seed=state.seed, learners=state.learners, end=state.end)
                open_stores = location.opener(utc_now)
                if options.live:
                    open_stores = with_demo_learners(
                        open_stores,
                        state,
                        rate=options.live_rate or LIVE_RATE,
                        resting={role.viewer.subject for role in roles if role.resting},
                        deadlines=settings.deadlines,
                        now=utc_now,
                        on_start=lambda number: console.print(f"live: {number:,} learners study at a time"),
                    )
                secret = location.secret or ""
                tokens = Tokens(secret=secret)
                access = demo_access(secret, on_loopback=is_loopback(host))
                app = build_app(
                    settings,
                    schema=served_schema(settings),
                    open_stores=open_stores,
                    access=access,
                    secret=secret,
                    now=utc_now,
                    host=host,
                    loopback_origins=True,
                    demo_roles=roles_route(roles, tokens, on_loopback=is_loopback(host)),
                    metrics=metrics,
                    metrics_socket=metrics_socket,
                )
                console.print(startup_text(location, tokens, anonymous=access.anonymous_viewer is not None))

                def on_ready() -> None:
                    location.announce(endpoint)
                    print_ready(endpoint)

                await serve(
                    app,
                    bound,
                    shutdown=shutdown,
                    settings=settings.http,
                    refusals=metrics.refusals,
                    on_ready=on_ready,
                )
        return 0

    return run_command(demo, interrupted="interrupted before it served: the next start continues")


def demo_access(secret: str, *, on_loopback: bool) -> "Access":
    """On a loopback address a request without a token is an ADMIN; elsewhere it is refused. Everyone may trace."""
    from gateway.datasets.demo.viewers import ADMIN
    from gateway.http.auth.access import Access
    from gateway.http.auth.configured import verification_by

    anonymous = ADMIN if on_loopback else None
    return Access(verification=verification_by(secret), anonymous_viewer=anonymous, may_trace=lambda viewer: True)


def roles_route(roles: "Sequence[DemoRole]", tokens: "Tokens", *, on_loopback: bool) -> "Route | None":
    """The route of the front door's roles. It gives tokens away, so only a demo on a loopback address has it."""
    from gateway.datasets.demo.viewers import ROLE_LIFETIME
    from gateway.http.demo_roles import demo_roles_route
    from gateway.runtime.clock import utc_now

    if not on_loopback:
        return None
    listed = [(role.viewer, role.name, role.description) for role in roles]
    return demo_roles_route(listed, tokens=tokens, now=utc_now, valid_for=ROLE_LIFETIME)


def startup_text(location: "StoreLocation", tokens: "Tokens", *, anonymous: bool) -> str:
    """Where each port is stored, and a token for each of the demo's viewers. `anonymous`: requests need none."""
    from gateway.config.backends import PORTS, url_for
    from gateway.datasets.demo.viewers import ADMIN, INSTRUCTOR, LEARNER, TOKEN_LIFETIME
    from gateway.embedded.server_definition import PRODUCTION_SERVERS
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import format_table

    rows: list[tuple[object, ...]] = [("port", "stored in", "where")]
    for port, name in location.names.items():
        production = PRODUCTION_SERVERS[PORTS[port].embedded[0]]
        shown = name if name.startswith(production) else f"{name}, in place of {production}"
        rows.append((port, shown, url_for(location.urls, port)))
    if not anonymous:
        note, viewers = (
            "this address is not a loopback address: every request needs a token",
            [LEARNER, INSTRUCTOR, ADMIN],
        )
    else:
        note, viewers = "a request without a token is an ADMIN; tokens of other roles:", [LEARNER, INSTRUCTOR]
    lines = [format_table(rows), note]
    for viewer in viewers:
        token = tokens.mint(viewer, now=utc_now(), valid_for=TOKEN_LIFETIME)
        lines.append(f"{viewer.role.value} {viewer.subject}: {token}")
    return "\n".join(lines)
