from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway.cli.options import DEMO_LEARNERS, DEMO_SEED, LIVE_RATE, add_address, count, rate

HELP = "four embedded servers, a made-up world, and the graph over them"
DESCRIPTION = (
    "Starts SecantusDB (for MongoDB), PostgreSQL (for CockroachDB), Valkey (for Redis) and, if there is an influxd,\n"
    "InfluxDB; loads a made-up world; serves the graph and prints: ready http://HOST:PORT/graphql\n"
    "On the loopback no token is needed: who has none is an ADMIN. Elsewhere everyone needs one."
)
EPILOG = """\
examples:
  quadrangle demo
  quadrangle demo --learners 2000 --port 0
  quadrangle demo --live                       learners go on studying while it serves
  quadrangle demo --reset                      begin anew
"""


def add_arguments(parser: ArgumentParser) -> None:
    add_address(parser)
    parser.add_argument(
        "--data", type=Path, default=Path(".quadrangle"), metavar="DIR", help="the data folder (./.quadrangle)"
    )
    parser.add_argument("--learners", type=count, help=f"how many learners a new world has ({DEMO_LEARNERS})")
    parser.add_argument("--seed", type=int, help=f"which of all worlds ({DEMO_SEED}); the same one for the same number")
    parser.add_argument("--live", action="store_true", help="some learners study just now, for dashboards to show")
    parser.add_argument(
        "--live-rate", type=rate, metavar="N", help=f"about how many events a second come of it ({LIVE_RATE:g}); --live"
    )
    parser.add_argument("--reset", action="store_true", help="delete the folder's data and begin anew")


def run(options: Namespace) -> int:
    from gateway.cli.demo_server import demonstrate
    from gateway.config.settings import environment_settings
    from gateway.observability.logs import write_logs
    from gateway.runtime.shutdown import run as run_command

    settings = environment_settings()
    write_logs(settings.log.level or "WARNING")
    return run_command(lambda shutdown: demonstrate(options, settings, shutdown), when_stopped=0)
