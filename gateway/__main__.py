"""python -m gateway <command>: the command line. Each command imports what it needs when it runs."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from gateway.cli import (
    check,
    demo,
    import_oulad,
    migrate,
    rebuild,
    relay,
    replay,
    schema,
    serve,
    token,
    watch,
)
from gateway.datasets.oulad.files import BadSource
from gateway.embedded.errors import EmbeddedError
from gateway.runtime.errors import CommandError
from stores.errors import StoreError

COMMANDS = {
    "demo": demo,
    "serve": serve,
    "relay": relay,
    "migrate": migrate,
    "check": check,
    "schema": schema,
    "import": import_oulad,
    "replay": replay,
    "rebuild": rebuild,
    "watch": watch,
    "token": token,
}
EPILOG = """\
examples:
  quadrangle demo                                    the graph over four embedded servers and a made-up world
  quadrangle token --data .quadrangle --sub demo-0001
  quadrangle import oulad DIR --data .quadrangle     the Open University's dataset into the demo's stores
  quadrangle watch --data .quadrangle --course course-v1:Demo+SQL101+2026
  quadrangle serve                                   the graph over the stores that GATEWAY_PROFILES_URL … name

Settings are environment variables, GATEWAY_…: .env.example lists them all. `COMMAND --help` tells more of a command.
"""


def parser() -> ArgumentParser:
    made = ArgumentParser(
        prog="quadrangle",
        description="One GraphQL graph over MongoDB, CockroachDB, InfluxDB and Redis, for online-course platforms.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"quadrangle {installed_version()}")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=command.HELP,
            description=command.DESCRIPTION,
            epilog=command.EPILOG,
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return made


def installed_version() -> str:
    try:
        return version("quadrangle")
    except PackageNotFoundError:
        return "(not installed)"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. Whatever a person can mend is said in a line on stderr."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except CommandError as stop:
        return failed(*stop.lines)
    except (EmbeddedError, BadSource, StoreError) as error:
        return failed(str(error))
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in {"", "gateway", "resolvers", "stores"}:
            raise
        return failed(
            f"the Python package {package} is missing: pip install 'quadrangle[embedded]' brings all there is"
        )
    except BrokenPipeError:  # `quadrangle schema | head`
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def failed(*lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"quadrangle: {line}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
