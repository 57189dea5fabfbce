import sys
from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data

HELP = "are the settings valid, does each store answer?"
DESCRIPTION = (
    "Reads the settings, asks every store for a sign of life and prints a table. Exit code 1 unless all answer."
)
EPILOG = "example:  quadrangle check --data .quadrangle"


def add_arguments(parser: ArgumentParser) -> None:
    add_data(parser)


def run(options: Namespace) -> int:
    from gateway.config.backends import url_of
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import format_table, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.health import Health, StoreState

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log.level or "WARNING")

    async def check(shutdown: Shutdown) -> int:
        async with (
            open_location(options.data, settings, owner="quadrangle check", on_step=console.print) as location,
            location.opener(utc_now)() as (stores, backends),
        ):
            health = Health(pingers=stores.by_name(), backends=backends, outbox=stores.outbox, now=utc_now)
            found = await health.check()
        rows = [
            (
                store.store,
                store.backend,
                url_of(location.urls, store.store),
                store.state.value,
                "-" if store.latency_ms is None else f"{store.latency_ms:.1f} ms",
            )
            for store in found
        ]
        sys.stdout.write(format_table([("store", "backend", "where", "state", "ping"), *rows]) + "\n")
        for store in found:
            if store.fault is not None:
                console.print(store.fault)
        if location.secret is None:
            console.print("GATEWAY_AUTH_SECRET is not set: `serve` will refuse to start without it")
        return int(any(store.state is StoreState.DOWN for store in found))

    return run_command(check, when_stopped=130)
