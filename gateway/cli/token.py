"""quadrangle token: sign a token for development."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from gateway.cli.options import add_data, duration, utf8

HELP = "sign a token for development"
DESCRIPTION = (
    "Prints a token (JWT, HS256) for the header `Authorization: Bearer TOKEN`. It is signed with GATEWAY_AUTH_SECRET,\n"
    "or with the secret of a data folder."
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
    from gateway.config.settings import environment_settings
    from gateway.config.store_location import token_secret
    from gateway.http.auth.tokens import Tokens
    from gateway.runtime.clock import utc_now
    from resolvers.viewer import Role, Viewer

    secret = token_secret(options.data, environment_settings())
    viewer = Viewer(
        subject=options.sub,
        role=Role(options.role),
        courses=frozenset(options.course),
        scopes=frozenset(options.scope),
    )
    token = Tokens(secret=secret).mint(viewer, now=utc_now(), valid_for=options.valid_for)
    sys.stdout.write(token + "\n")
    return 0
