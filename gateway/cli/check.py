"""quadrangle check: validate settings, trusted documents and key files, ping every store, look for pending migrations,
and try the mapping of profiles."""

import sys
from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data

MIGRATE = "MIGRATE"
HELP = "check the settings and ping every store"
DESCRIPTION = (
    "Reads the settings, the trusted documents (GATEWAY_DOCUMENTS_PATH) and the public keys (GATEWAY_AUTH_KEYS and\n"
    "GATEWAY_AUTH_JWKS_URL), pings every store and prints a table. The state of a store is MIGRATE if\n"
    "`quadrangle migrate` has to run first. If profiles are read by a mapping (GATEWAY_PROFILES_MAPPING), tries it on\n"
    "ten documents. The exit code is 0 if all stores answer and everything fits, else 1; stderr says what is wrong."
)
EPILOG = """\
examples:
  quadrangle check                        the stores of the GATEWAY_*_URL settings
  quadrangle check --data .quadrangle     the stores of a demo
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_data(parser)


def run(options: Namespace) -> int:
    """Print the table. 1 if a store is down or not migrated."""
    from gateway.cli.served_schema import served_schema
    from gateway.config.backends import url_for
    from gateway.config.check_stores import faults_of_stores
    from gateway.config.pending_migrations import pending_migrations
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.http.auth.configured import key_sources
    from gateway.http.auth.jwks_request import JwksUnavailable, fetch_jwks
    from gateway.http.documents import persisted_documents
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import format_table, stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.health import Health
    from resolvers.store_states import StoreState

    settings, console = environment_settings(), stderr_console()
    # Both raise CommandError.
    persisted_documents(settings, served_schema(settings))
    key_sources(settings.auth, secret=None)
    write_logs(settings.log, default="WARNING")

    async def check(shutdown: Shutdown) -> int:
        async with (
            open_location(options.data, settings, owner="quadrangle check", on_step=console.print) as location,
            location.opener(utc_now)() as (stores, backends),
        ):
            health = Health(stores=stores, backends=backends, now=utc_now)
            found = await health.check()
            faults = await faults_of_stores(location.urls, now=utc_now)
            migrations = await pending_migrations(location.urls, now=utc_now)
        if settings.auth.jwks_url is not None:
            try:
                await fetch_jwks(settings.auth.jwks_url)
            except JwksUnavailable as error:
                faults = [*faults, f"GATEWAY_AUTH_JWKS_URL: cannot be used: {error}"]
        faults = [*faults, *(str(each.fault) for each in migrations if each.fault is not None)]
        advice = {port: each.advice for each in migrations if each.advice is not None for port in each.ports}
        rows = [
            (
                store.store,
                store.backend,
                url_for(location.urls, store.store),
                MIGRATE if store.store in advice else store.state.value,
                "-" if store.latency_ms is None else f"{store.latency_ms:.1f} ms",
            )
            for store in found
        ]
        sys.stdout.write(format_table([("store", "backend", "where", "state", "ping"), *rows]) + "\n")
        # A store that does not answer has the same fault several times.
        by_store = (store.fault or advice.get(store.store) for store in found)
        for line in dict.fromkeys([*(line for line in by_store if line is not None), *faults]):
            console.print(line)
        if location.secret is None and not settings.auth.keys and settings.auth.jwks_url is None:
            console.print(
                "GATEWAY_AUTH_SECRET, GATEWAY_AUTH_KEYS, GATEWAY_AUTH_JWKS_URL: `quadrangle serve` needs one of them"
            )
        return int(bool(faults or advice) or any(store.state is StoreState.DOWN for store in found))

    return run_command(check, interrupted="interrupted")
