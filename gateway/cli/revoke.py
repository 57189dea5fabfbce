"""quadrangle revoke: revoke tokens before they expire."""

import sys
from argparse import ArgumentParser, Namespace

from gateway.cli.options import add_data
from gateway.cli.token import claim

HELP = "revoke tokens before they expire"
DESCRIPTION = (
    "Revokes all tokens of a subject that were issued until now, or the one with an id (its claim `jti`). Gateways\n"
    "refuse them, and close their sockets and event streams, within a second. A revocation is kept for\n"
    "GATEWAY_AUTH_LONGEST_DAYS, so set it for this command as for the gateways. It is safe to repeat."
)
EPILOG = """\
examples:
  quadrangle revoke --subject demo-0001 --data .quadrangle
  quadrangle revoke --jti 3f1c9c3e5a0b4d0f8a57e2a1c4b6d8e0
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--subject", type=claim, metavar="ID", help="all tokens of this subject")
    what.add_argument("--jti", type=claim, metavar="ID", help="the token with this id")
    add_data(parser)


def run(options: Namespace) -> int:
    """Revoke, and print when."""
    from dataclasses import replace
    from secrets import token_bytes

    from gateway.config.settings import environment_settings
    from gateway.config.store_location import open_location
    from gateway.observability.logs import write_logs
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import stderr_console
    from gateway.runtime.errors import CommandError
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from resolvers.viewer import Role, Viewer
    from resolvers.writes.faults import Refusal
    from resolvers.writes.revocations import RevokeTokens, revoke_tokens
    from resolvers.writes.write_stores import WriteStores

    settings, console = environment_settings(), stderr_console()
    write_logs(settings.log, default="WARNING")

    async def revoke(shutdown: Shutdown) -> int:
        async with (
            open_location(options.data, settings, owner="quadrangle revoke", on_step=console.print) as location,
            location.opener(utc_now)() as (stores, _),
        ):
            write_stores = replace(
                WriteStores.outside_operations(
                    stores, deadlines=settings.deadlines, now=utc_now, random_bytes=token_bytes
                ),
                policy=settings.policy.of_peers(keep_revocations=settings.auth.keep_revocations),
            )
            operator = Viewer(subject="quadrangle revoke", role=Role.ADMIN)
            done = await revoke_tokens(write_stores, operator, RevokeTokens(subject=options.subject, jti=options.jti))
        if isinstance(done, Refusal):
            raise CommandError(*(fault.message for fault in done.faults))
        sys.stdout.write(f"revoked {done.kind.value} {done.key}, until {done.until:%Y-%m-%d %H:%M} UTC\n")
        return 0

    return run_command(revoke, interrupted="interrupted: repeat the command")
