from argparse import ArgumentParser, Namespace

from gateway.commands.options import add_address, add_data

HELP = "serve the graph over your own stores"
DESCRIPTION = (
    "Serves GraphQL at http://HOST:PORT/graphql over the stores that GATEWAY_*_URL name.\n"
    "Every request needs a token that GATEWAY_AUTH_SECRET signed; logs are JSON lines on stderr."
)
EPILOG = """\
examples:
  quadrangle migrate && quadrangle serve --host 0.0.0.0
  quadrangle serve --data .quadrangle --port 8001      the demo's stores, but tokens needed
"""


def add_arguments(parser: ArgumentParser) -> None:
    add_address(parser)
    add_data(parser)


def run(options: Namespace) -> int:
    from gateway.app import build_app
    from gateway.auth import Access, Tokens
    from gateway.clock import utc_now
    from gateway.commands.announced import serve_announced
    from gateway.console import stderr
    from gateway.logs import write_logs
    from gateway.places import places_of, refuse_incomplete
    from gateway.serving import bind
    from gateway.settings import settings_of_environment
    from gateway.stopping import Stopping
    from gateway.stopping import run as run_command
    from resolvers.schema import build_schema

    settings, console = settings_of_environment(), stderr()
    if options.data is None:
        refuse_incomplete(settings)  # before anything is opened
    write_logs(settings.log.level or "INFO")

    async def serve(stopping: Stopping) -> int:
        host = settings.http.host if options.host is None else options.host
        with bind(host, settings.http.port if options.port is None else options.port) as bound:
            async with places_of(options.data, settings, owner="quadrangle serve", on_step=console.print) as places:
                app = build_app(
                    settings,
                    schema=build_schema(),
                    open_stores=places.opener(utc_now),
                    access=Access(tokens=Tokens(secret=places.secret or "")),
                    now=utc_now,
                )
                await serve_announced(app, bound, places, settings, stopping)
        return 0

    return run_command(serve, when_stopped=0)
