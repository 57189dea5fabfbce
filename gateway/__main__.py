"""The entry point: `quadrangle COMMAND`, or python -m gateway COMMAND."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. Ctrl-C is one line on stderr at any time, even during the imports."""
    try:
        from gateway.cli.command_line import run

        return run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("quadrangle: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
