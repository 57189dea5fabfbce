"""quadrangle relay: publish committed events in a process of its own."""

from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data

HELP = "publish committed events to timelines, live feeds and sessions"
DESCRIPTION = (
    "Reads the outbox of committed events: writes timelines, publishes live feeds, refreshes sessions, and stores\n"
    "resume points. `serve` does this itself unless GATEWAY_RELAY=external. Several relays share the work by leases;\n"
    "any of them may be killed. Metrics, /livez and /readyz are served at GATEWAY_METRICS_LISTEN. SIGINT or SIGTERM\n"
    "ends it."
)
EPILOG = """\
examples:
  quadrangle relay                        the stores of the GATEWAY_*_URL settings, beside gateways that run with
                                          GATEWAY_RELAY=external
  quadrangle relay --data .quadrangle     the stores of a demo
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_data(parser)


def run(options: Namespace) -> int:
    """Publish until a signal comes."""
    import asyncio
    from functools import partial
    from uuid import uuid4

    from gateway.config.pending_migrations import pending_migrations
    from gateway.config.service_links import log_service_links
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.embedded.restarts import RestartPolicy
    from gateway.http.metrics.listener import bind_metrics
    from gateway.http.metrics.process_metrics import ProcessMetrics
    from gateway.http.metrics.serving import serving_metrics
    from gateway.http.migration_watch import watching_migrations
    from gateway.http.server import CLOSING, tune_garbage_collection
    from gateway.observability.logs import write_logs
    from gateway.observability.metrics.relay_metrics import RelayMetrics
    from gateway.observability.store_outages import StoreOutages
    from gateway.observability.tracing.open_tracing import open_tracing
    from gateway.relay.relay import Relay
    from gateway.resilience.probing import probing
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import print_ready, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.health import Health

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log, default="INFO")
    log_service_links(settings.service_links)

    async def relay(shutdown: Shutdown) -> int:
        metrics = ProcessMetrics()
        with bind_metrics(settings.metrics) as metrics_socket:
            async with (
                open_location(
                    options.data,
                    settings,
                    owner="quadrangle relay",
                    on_step=console.print,
                    restart=RestartPolicy(give_up=shutdown.request),
                ) as location,
                location.opener(utc_now)() as (stores, backends),
                open_tracing(settings.traces.endpoint, share=settings.traces.sample) as tracing,
            ):
                holder = uuid4().hex
                health = Health(stores=stores, backends=backends, now=utc_now, log=StoreOutages())
                observer = RelayMetrics(metrics.registry)
                work = Relay(stores, holder=holder, failures=health, observer=observer, traces=tracing)
                async with (
                    probing(health),
                    watching_migrations(health, partial(pending_migrations, location.urls, now=utc_now)),
                    serving_metrics(metrics_socket, metrics, health, stores.outbox, now=utc_now),
                ):
                    publishing = asyncio.create_task(work.run())
                    tune_garbage_collection()
                    with shutdown.handled_by(publishing.cancel, within=settings.http.grace + CLOSING):
                        print_ready(f"relay {holder}")
                        await asyncio.wait([publishing])
        if not publishing.cancelled():
            publishing.result()  # it never ends by itself: raise the error that ended it
        return 0

    return run_command(relay, interrupted="interrupted before it was ready")
