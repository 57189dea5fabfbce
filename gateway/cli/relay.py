from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data

HELP = "publish what was committed: timelines, live feeds, checkpoints"
DESCRIPTION = (
    "Follows the outbox of committed changes: writes timelines and their roll-ups, publishes live feeds, refreshes\n"
    "sessions, and keeps resume points durably. `serve` does so itself unless GATEWAY_RELAY=external. Several at once\n"
    "share the work; any of them may be killed."
)
EPILOG = "example:  GATEWAY_RELAY=external quadrangle serve & quadrangle relay"


def add_arguments(parser: ArgumentParser) -> None:
    add_data(parser)


def run(options: Namespace) -> int:
    import asyncio
    from uuid import uuid4

    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.http.server import calm_collector
    from gateway.observability.logs import write_logs
    from gateway.relay.relay import Relay
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import print_ready, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.health import Health

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "INFO")

    async def relay(shutdown: Shutdown) -> int:
        async with (
            open_location(options.data, settings, owner="quadrangle relay", on_step=console.print) as location,
            location.opener(utc_now)() as (stores, backends),
        ):
            holder = uuid4().hex
            health = Health(pingers=stores.by_name(), backends=backends, outbox=stores.outbox, now=utc_now)
            publishing = asyncio.create_task(Relay(stores, holder=holder, failures=health).run())
            calm_collector()
            with shutdown.handled_by(publishing.cancel):
                print_ready(f"relay {holder}")
                await asyncio.wait([publishing])
        if not publishing.cancelled():
            publishing.result()  # it goes on until it is stopped: something of ours failed
        return 0

    return run_command(relay, when_stopped=0)
