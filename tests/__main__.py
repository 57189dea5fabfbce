"""The project's one command for all checks: `python -m tests`, and its subcommands for the habits of a day."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

FORMAT = ("ruff format", ["ruff", "format", "--check", "--quiet", "."])
LINT = ("ruff check", ["ruff", "check", "--quiet", "."])
TYPES = ("mypy --strict", ["mypy", "--strict", "--no-error-summary", "gateway", "resolvers", "stores", "tests"])
DEPENDENCIES = ("deptry", ["deptry", "--no-ansi", "."])

Step = tuple[str, Sequence[str]]


def pytest(*arguments: str) -> Step:
    return "pytest", ["pytest", *arguments]


def run(*steps: Step) -> int:
    """Runs every step, so that one run shows all there is to mend, and returns the first failure's exit code."""
    failed: dict[str, int] = {}
    for name, module in steps:
        print(f"── {name}", flush=True)
        if code := subprocess.run([sys.executable, "-m", *module], cwd=TOP, check=False).returncode:
            failed[name] = code
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return next(iter(failed.values()), 0)


def everything(extra: Sequence[str]) -> int:
    return run(FORMAT, LINT, TYPES, DEPENDENCIES, pytest(*extra))


def quick(extra: Sequence[str]) -> int:
    return run(FORMAT, LINT, pytest("--ignore=tests/e2e", "--ignore=tests/bench", "-m", "not slow", *extra))


def fix(extra: Sequence[str]) -> int:
    return run(
        ("ruff check --fix", ["ruff", "check", "--quiet", "--fix", ".", *extra]),
        ("ruff format", ["ruff", "format", "--quiet", "."]),
    )


def schema(extra: Sequence[str]) -> int:
    from resolvers.schema import build_schema

    (TOP / "schema.graphql").write_text(build_schema().as_str() + "\n", encoding="utf-8")
    return 0


def golden(extra: Sequence[str]) -> int:
    return run(pytest("tests/resolvers", "--golden", *extra))


def full(extra: Sequence[str]) -> int:
    return run(pytest("tests/e2e", "tests/protocol", "--long", *extra))


def bench(extra: Sequence[str]) -> int:
    if extra[:1] == ["live"]:
        return run(("bench live", ["tests.bench.live", *extra[1:]]))
    return run(("bench", ["tests.bench.run", *extra]))


COMMANDS = {
    "all": (everything, "format, lint, types, dependencies and every test (what is done when nothing is named)"),
    "quick": (quick, "format, lint and the tests that are neither marked slow nor in e2e/ or bench/"),
    "fix": (fix, "mend what ruff can mend: lint findings, import order, format"),
    "schema": (schema, "write schema.graphql from the code; read its diff before you commit it"),
    "golden": (golden, "write the golden queries' answers and store calls anew; read their diff"),
    "full": (full, "the end-to-end tests in their long form: kills under a load of 30 s; the protocols' clients"),
    "bench": (bench, "compare the gateway with the bare drivers; `bench live`: the write path; --help says more"),
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests",
        description="Checks the project. All checks run even when one fails; the exit code is the first failure's.",
        epilog="What follows the command goes on to pytest, ruff or the benchmark: python -m tests quick -k paging -x",
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, (_, says) in COMMANDS.items():
        commands.add_parser(name, help=says, description=says, add_help=name != "bench")
    if not arguments or arguments[0] not in (*COMMANDS, "-h", "--help"):
        arguments = ["all", *arguments]
    chosen, extra = parser.parse_known_args(arguments)
    command, _ = COMMANDS[chosen.command]
    return command(extra)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
