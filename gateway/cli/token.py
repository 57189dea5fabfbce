import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import timedelta

from gateway.cli.options import add_data

HELP = "mint a signed token for development"
DESCRIPTION = (
    "Prints a token (HS256) for the Authorization header: Bearer …\n"
    "It is signed with GATEWAY_AUTH_SECRET, or with the secret of a data folder."
)
EPILOG = """\
examples:
  quadrangle token --data .quadrangle --sub demo-0001 --role LEARNER
  quadrangle token --data .quadrangle --sub teacher --role INSTRUCTOR --course course-v1:Demo+SQL101+2026
"""
ROLES = ("LEARNER", "INSTRUCTOR", "ADMIN", "SERVICE")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--sub", required=True, type=word, help="whom the token speaks of: the learner's id for whoever learns"
    )
    parser.add_argument("--role", choices=ROLES, default="LEARNER", help="default: LEARNER")
    parser.add_argument(
        "--course", type=word, action="append", default=[], metavar="KEY", help="a course they teach; repeatable"
    )
    parser.add_argument("--scope", type=word, action="append", default=[], help="such as events:write; repeatable")
    parser.add_argument("--valid-for", type=duration, default="12h", metavar="TIME", help="30m, 12h (default), 7d …")
    add_data(parser)


def word(text: str) -> str:
    """What a gateway takes for a name in a token."""
    if not 1 <= len(text) <= 512 or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ArgumentTypeError("it must be UTF-8 text of 1 to 512 characters")
    return text


def duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is not a time such as 30m, 12h or 7d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def run(options: Namespace) -> int:
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
