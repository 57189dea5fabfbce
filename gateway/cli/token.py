"""quadrangle token: sign a token for development."""

import asyncio
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import timedelta

from gateway.cli.options import add_data, duration, utf8

HELP = "sign a token for development"
DESCRIPTION = (
    "Prints a token (JWT, HS256) for the header `Authorization: Bearer TOKEN`. It is signed with GATEWAY_AUTH_SECRET,\n"
    "or with the secret of a data folder. A token of GATEWAY_AUTH_SECRET has the issuer and the audience of the\n"
    "settings. The command refuses to sign a token that `serve` would refuse."
)
EPILOG = """\
examples:
  quadrangle token --data .quadrangle --sub demo-0001 --role LEARNER
  quadrangle token --data .quadrangle --sub teacher --role INSTRUCTOR --course course-v1:Demo+SQL101+2026
  quadrangle token --sub importer --role SERVICE --scope events:write --valid-for 30min
"""
ROLES = ("LEARNER", "INSTRUCTOR", "ADMIN", "SERVICE")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--sub", required=True, type=claim, metavar="ID", help="the subject; of a LEARNER the learner's id"
    )
    parser.add_argument("--role", choices=ROLES, default="LEARNER", help="default: LEARNER")
    parser.add_argument(
        "--course", type=claim, action="append", default=[], metavar="KEY", help="a course they teach; repeatable"
    )
    parser.add_argument("--scope", type=claim, action="append", default=[], help="such as events:write; repeatable")
    parser.add_argument(
        "--valid-for",
        type=duration,
        default="12h",
        metavar="TIME",
        help="a number and s, min, h, d or w: 30min, 12h (default), 7d",
    )
    add_data(parser)


def claim(text: str) -> str:
    """Text that a gateway accepts as a claim: UTF-8, 1 to 512 characters."""
    if not 1 <= len(utf8(text)) <= 512:
        raise ArgumentTypeError("it must have 1 to 512 characters")
    return text


def run(options: Namespace) -> int:
    """Print the token on stdout."""
    from gateway.config.groups.auth import AuthSettings
    from gateway.config.groups.claims import ClaimsSettings
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import token_secret
    from gateway.http.auth.configured import verification_of
    from gateway.http.auth.refusals import Unauthenticated
    from gateway.http.auth.tokens import Tokens
    from gateway.runtime.clock import utc_now
    from gateway.runtime.errors import CommandError
    from resolvers.viewer import Role, Viewer

    settings = environment_settings()
    secret = token_secret(options.data, settings)
    # The demo, whose folder may be meant, has the default settings of tokens.
    auth, claims = (settings.auth, settings.claims) if options.data is None else (AuthSettings(), ClaimsSettings())
    viewer = Viewer(
        subject=options.sub,
        role=Role(options.role),
        courses=frozenset(options.course),
        scopes=frozenset(options.scope),
    )
    if options.valid_for > timedelta(days=auth.longest_days):
        raise CommandError(f"--valid-for: a token may live for {auth.longest_days:g} days (GATEWAY_AUTH_LONGEST_DAYS)")
    tokens = Tokens(secret=secret, issuer=auth.issuer, audience=auth.audience)
    token = tokens.mint(viewer, now=utc_now(), valid_for=options.valid_for)
    shared_secret = auth.model_copy(update={"keys": (), "jwks_url": None})
    try:
        asyncio.run(verification_of(shared_secret, claims, secret=secret, now=utc_now).viewer_of(token))
    except Unauthenticated:
        raise CommandError(
            "`serve` would refuse this token: GATEWAY_CLAIM_* and GATEWAY_ROLES must not name other claims and roles "
            "than those of this command (sub, role, courses, scopes)"
        ) from None
    sys.stdout.write(token + "\n")
    return 0
