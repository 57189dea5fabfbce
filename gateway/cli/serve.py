"""quadrangle serve: the gateway over the stores of the settings."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from gateway.cli.options import add_address, add_data, add_processes, chosen_address

if TYPE_CHECKING:
    from gateway.config.settings import Settings

HELP = "serve GraphQL over your own stores"
DESCRIPTION = (
    "Serves GraphQL at http://HOST:PORT/graphql over the stores of the GATEWAY_*_URL settings, and prints the address\n"
    "when it is ready. A token is verified by GATEWAY_AUTH_SECRET, GATEWAY_AUTH_KEYS or GATEWAY_AUTH_JWKS_URL. A\n"
    "request without one gets verifyCertificate and storeHealth { store state } only. Logs go to stderr.\n"
    "SIGINT or SIGTERM ends it: open requests have GATEWAY_SHUTDOWN_GRACE seconds to finish; a second signal ends\n"
    "them at once."
)
EPILOG = """\
examples:
  quadrangle migrate && quadrangle serve --host 0.0.0.0
  quadrangle serve --processes 4                       one for each of four cores
  quadrangle serve --data .quadrangle --port 8001      the stores of a demo, but requests need a token
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_address(parser)
    add_data(parser)
    add_processes(parser)


def run(options: Namespace) -> int:
    """Serve until a signal comes."""
    from gateway.config.service_links import log_service_links
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import require_complete
    from gateway.observability.logs import write_logs
    from gateway.web.page_sources import log_pages_state

    settings = environment_settings()
    if options.data is None:
        require_complete(settings)  # before anything is opened
    if options.supervised is not None:
        number, descriptor = options.supervised
        write_logs(settings.log, default="INFO", process_number=number)
        return serve_in_this_process(options, settings, inherited=descriptor, number=number)
    write_logs(settings.log, default="INFO")
    log_service_links(settings.service_links)
    log_pages_state()
    if (processes := options.processes or settings.http.processes) > 1:
        from gateway.cli.serve_processes import serve_processes

        return serve_processes(processes, options, settings)
    return serve_in_this_process(options, settings)


def serve_in_this_process(
    options: Namespace, settings: "Settings", *, inherited: int | None = None, number: int | None = None
) -> int:
    """Serve until a signal comes. A supervised process has a number, and the descriptor of its socket."""
    import socket
    from functools import partial

    from gateway.cli.served_schema import served_schema
    from gateway.config.pending_migrations import pending_migrations
    from gateway.config.store_location import open_location
    from gateway.embedded.restarts import RestartPolicy
    from gateway.http.app import build_app
    from gateway.http.auth.access import Access
    from gateway.http.auth.configured import verification_of
    from gateway.http.metrics.listener import bind_metrics
    from gateway.http.metrics.process_metrics import ProcessMetrics
    from gateway.http.server import address_of, bind, serve
    from gateway.observability.tracing.open_tracing import open_tracing
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import print_ready, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command

    async def serve_stores(shutdown: Shutdown) -> int:
        metrics = ProcessMetrics.of(number)
        with (
            bind(*chosen_address(options, settings.http))
            if inherited is None
            else socket.socket(fileno=inherited) as bound,
            bind_metrics(settings.metrics, process=number, beside=bound) as metrics_socket,
        ):
            endpoint = f"{address_of(bound)}/graphql"
            async with (
                open_location(
                    options.data,
                    settings,
                    owner="quadrangle serve",
                    on_step=stderr_console().print,
                    restart=RestartPolicy(give_up=shutdown.request),
                ) as location,
                open_tracing(settings.traces.endpoint, share=settings.traces.sample) as tracing,
            ):

                def on_ready() -> None:
                    location.announce(endpoint)
                    print_ready(endpoint)

                app = build_app(
                    settings,
                    schema=served_schema(settings),
                    open_stores=location.opener(utc_now),
                    access=Access(
                        verification=verification_of(
                            settings.auth, settings.claims, secret=location.secret, now=utc_now, tracing=tracing
                        )
                    ),
                    secret=location.secret,
                    find_migrations=partial(pending_migrations, location.urls, now=utc_now),
                    now=utc_now,
                    tracing=tracing,
                    metrics=metrics,
                    metrics_socket=metrics_socket,
                )
                await serve(
                    app,
                    bound,
                    shutdown=shutdown,
                    settings=settings.http,
                    refusals=metrics.refusals,
                    on_ready=on_ready,
                )
        return 0

    return run_command(serve_stores, interrupted="interrupted before it was ready")
