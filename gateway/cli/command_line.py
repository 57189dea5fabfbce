"""The command line: the table of commands, their parser, and errors as lines."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from gateway.cli import (
    check,
    demo,
    documents,
    import_data,
    migrate,
    pages,
    rebuild,
    relay,
    replay,
    revoke,
    schema,
    serve,
    token,
    watch,
)
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
    "documents": documents,
    "pages": pages,
    "import": import_data,
    "replay": replay,
    "rebuild": rebuild,
    "watch": watch,
    "token": token,
    "revoke": revoke,
}
EPILOG = """\
examples:
  quadrangle demo                                    serve a generated dataset from embedded databases
  quadrangle token --data .quadrangle --sub demo-0001
  quadrangle import oulad DIR --data .quadrangle     load the Open University's dataset into the demo's stores
  quadrangle watch --data .quadrangle --course course-v1:Demo+SQL101+2026
  quadrangle serve                                   serve the stores of the GATEWAY_*_URL settings

exit codes:
  0     done; for serve, demo, relay, watch and pages --watch also after Ctrl-C or SIGTERM
  1     failed: stderr says why
  2     invalid options
  3     migrate --status and --plan: a migration is pending
  130   interrupted by Ctrl-C or SIGTERM before the work was done

Settings are environment variables named GATEWAY_…: .env.example lists them all. See also `COMMAND --help`.
"""


def parser() -> ArgumentParser:
    """The parser of all commands. The parsed options have `run(options)` and `parser`, the command's own parser."""
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
        sub.set_defaults(run=command.run, parser=sub)
    return made


def installed_version() -> str:
    """The version of the installed package."""
    try:
        return version("quadrangle")
    except PackageNotFoundError:
        return "(not installed)"


def run(arguments: Sequence[str] | None) -> int:
    """Run a command and return its exit code. An error that the user can correct is one line on stderr."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except CommandError as error:
        return failed(*error.lines, exit_code=error.exit_code)
    except (EmbeddedError, StoreError) as error:
        return failed(str(error))
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in {"", "gateway", "resolvers", "stores"}:
            raise
        return failed(
            f"the Python package {package} is missing: pip install 'quadrangle[embedded]' installs everything"
        )
    except BrokenPipeError:  # `quadrangle schema | head`
        sys.stderr.close()
        return 1
    except OSError as error:  # a file that cannot be read or written
        if error.filename is None:
            raise
        return failed(f"cannot use {error.filename}: {error.strerror}")
    return code


def failed(*lines: str, exit_code: int = 1) -> int:
    """Print the lines on stderr; the exit code."""
    for line in lines:
        sys.stderr.write(f"quadrangle: {line}\n")
    return exit_code
