from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_address, add_data

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
    from gateway.cli.announced_server import serve_announced
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location, require_complete
    from gateway.http.app import build_app
    from gateway.http.auth.tokens import Access, Tokens
    from gateway.http.server import bind
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.schema import build_schema

    settings, console = environment_settings(), stderr_console()
    if options.data is None:
        require_complete(settings)  # before anything is opened
    write_logs(settings.log.level or "INFO")

    async def serve(shutdown: Shutdown) -> int:
        host = settings.http.host if options.host is None else options.host
        with bind(host, settings.http.port if options.port is None else options.port) as bound:
            async with open_location(
                options.data, settings, owner="quadrangle serve", on_step=console.print
            ) as location:
                app = build_app(
                    settings,
                    schema=build_schema(),
                    open_stores=location.opener(utc_now),
                    access=Access(tokens=Tokens(secret=location.secret or "")),
                    now=utc_now,
                )
                await serve_announced(app, bound, location, settings, shutdown)
        return 0

    return run_command(serve, when_stopped=0)
