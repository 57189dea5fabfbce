"""`python -m tests`: all checks in one command, and subcommands for everyday work."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests import newest
from tests.interruptible import INTERRUPTED

TOP = Path(__file__).resolve().parent.parent

LONG = ("tests/browser", "tests/chaos", "tests/hostile", "tests/protocol", "tests/upgrade", "tests/oracle")
MATRIX = "tests/resolvers/test_role_matrix.py"
SWEEP = "tests/stores/domain/test_calendar_sweep.py"
PAGES = "tests/bench/test_pages.py"
INSTALLATION = "tests/gateway/web/test_installation.py"
DOCUMENTS = ("tests/examples", "tests/test_site.py")
REFERENCE = ("tests/resolvers", "tests/gateway/http", "tests/e2e/test_faults.py", "tests/e2e/test_watch.py")
"""What `full` repeats on graphql-core alone: golden queries, policy, faults and live updates."""
FORMAT = ("ruff format", ["ruff", "format", "--check", "--quiet", "."])
LINT = ("ruff check", ["ruff", "check", "--quiet", "."])
TYPED = ("gateway", "resolvers", "stores", "tests", "docs/site")
TYPES = ("mypy --strict", ["mypy", "--strict", "--no-error-summary", *TYPED])
DEPENDENCIES = ("deptry", ["deptry", "--no-ansi", "."])

Step = tuple[str, Sequence[str]]


def pytest(*arguments: str) -> Step:
    return "pytest", ["pytest", *arguments]


def project(name: str, module: str, *arguments: str) -> Step:
    """A module of this project, which Ctrl-C ends without a traceback."""
    return name, ["tests.interruptible", module, *arguments]


def exit_code(module: Sequence[str]) -> int:
    """Run a module to its end. Ctrl-C reaches it, too: it gets the time to close what it has opened."""
    with subprocess.Popen([sys.executable, "-m", *module], cwd=TOP) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def run(*steps: Step) -> int:
    """Run every step, also after a failure, and return the exit code of the first that failed."""
    failed: dict[str, int] = {}
    for name, module in steps:
        print(f"── {name}", flush=True)
        if code := exit_code(module):
            failed[name] = code
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return next(iter(failed.values()), 0)


def everything(extra: Sequence[str]) -> int:
    return run(FORMAT, LINT, TYPES, DEPENDENCIES, pytest(*extra))


def quick(extra: Sequence[str]) -> int:
    return run(FORMAT, LINT, pytest("--ignore=tests/e2e", "-m", "not slow", *extra))


def fix(extra: Sequence[str]) -> int:
    return run(
        ("ruff check --fix", ["ruff", "check", "--quiet", "--fix", ".", *extra]),
        ("ruff format", ["ruff", "format", "--quiet", "."]),
    )


def schema(extra: Sequence[str]) -> int:
    # Imported here, so that the other subcommands work while the schema is broken.
    from resolvers.schema import build_schema, subgraph_sdl

    (TOP / "schema.graphql").write_text(build_schema().as_str() + "\n", encoding="utf-8")
    (TOP / "tests/resolvers/federation/federated.graphql").write_text(subgraph_sdl(), encoding="utf-8")
    return 0


def written_settings(extra: Sequence[str]) -> int:
    from tests.configuration import write

    write()
    return 0


def golden(extra: Sequence[str]) -> int:
    return run(pytest("tests/resolvers", "--golden", *extra))


def full(extra: Sequence[str]) -> int:
    return run(
        pytest("tests/e2e", "tests/deploy", *LONG, MATRIX, SWEEP, PAGES, INSTALLATION, *DOCUMENTS, "--long", *extra),
        ("pytest (reference)", ["pytest", *REFERENCE, "--executor", "reference", *extra]),
    )


def sockets(extra: Sequence[str]) -> int:
    return run(pytest("tests/hostile/test_sockets.py", "--minutes", "10", *extra))


def bench(extra: Sequence[str]) -> int:
    if extra[:1] == ["live"]:
        return run(project("bench live", "tests.bench.live", *extra[1:]))
    if extra[:1] == ["memory"]:
        return run(project("bench memory", "tests.bench.memory.run", *extra[1:]))
    if extra[:1] == ["growth"]:
        return run(project("bench growth", "tests.bench.growth.run", *extra[1:]))
    if extra[:1] == ["pages"]:
        return run(project("bench pages", "tests.bench.views.run", *extra[1:]))
    if extra[:1] == ["traces"]:
        return run(project("bench traces", "tests.bench.traces", *extra[1:]))
    return run(project("bench", "tests.bench.run", *extra))


def chaos(extra: Sequence[str]) -> int:
    return run(project("chaos", "tests.chaos.run", *extra))


def soak(extra: Sequence[str]) -> int:
    return run(project("soak", "tests.chaos.soak", *extra))


def oracle(extra: Sequence[str]) -> int:
    return run(project("oracle", "tests.oracle.run", *extra))


def mutants(extra: Sequence[str]) -> int:
    return run(project("mutants", "tests.mutants.run", *extra))


def pictures(extra: Sequence[str]) -> int:
    return run(project("pictures", "tests.browser.pictures", *extra))


def examples(extra: Sequence[str]) -> int:
    return run(project("examples", "tests.examples"))


def newest_versions(extra: Sequence[str]) -> int:
    return newest.report(extra)


COMMANDS = {
    "all": (everything, "format, lint, types, dependencies and all tests (the default)"),
    "quick": (quick, "format, lint and the tests that are not marked slow and not in e2e/"),
    "fix": (fix, "fix what ruff can fix: lint findings, import order, format"),
    "schema": (schema, "write schema.graphql and federated.graphql from the code; read the diff before you commit it"),
    "configuration": (
        written_settings,
        "write docs/configuration.md and the chart's names of settings from the settings and .env.example",
    ),
    "golden": (golden, "write the golden answers and store calls again; read the diff before you commit it"),
    "full": (
        full,
        "the long form of the tests under load and attack, of upgrades and of time zones, the protocols' clients, and "
        "the pages in a browser",
    ),
    "sockets": (sockets, "open and close sockets for ten minutes (--minutes N): memory and tasks stay flat"),
    "bench": (
        bench,
        "compare the gateway with pages by hand and other servers; `bench memory`: over rows in memory; "
        "`bench live`: writes and live updates; `bench growth`: large worlds; `bench pages`: a dashboard in a browser; "
        "`bench traces`: what traces cost",
    ),
    "chaos": (
        chaos,
        "delay, stall, cut and kill each server under load (five minutes): breakers, deadlines, other stores' latency",
    ),
    "soak": (soak, "a steady load for ten minutes: memory, tasks and descriptors stay flat"),
    "oracle": (
        oracle,
        "compare the compiled executor with graphql-core on random documents",
    ),
    "mutants": (mutants, "seed faults in the compiled executor: the oracle and the tests must find each of them"),
    "pictures": (pictures, "write docs/pictures from the demo in a browser; look at the diff before you commit it"),
    "examples": (examples, "list the examples of README and docs that tests do not run, with the reasons"),
    "newest": (
        newest_versions,
        "run `all` with the newest versions of all dependencies; only reports",
    ),
}

WITH_OPTIONS = ("bench", "chaos", "mutants", "oracle", "soak")
"""These describe their own options: `python -m tests oracle --help`."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests",
        description="Checks the project. All checks run even if one fails; the exit code is that of the first failure.",
        epilog="Further arguments are passed to pytest, ruff or the command: python -m tests quick -k paging -x, "
        "python -m tests bench --help",
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    for name, (_, description) in COMMANDS.items():
        commands.add_parser(name, help=description, description=description, add_help=name not in WITH_OPTIONS)
    if not arguments or arguments[0] not in (*COMMANDS, "-h", "--help"):
        arguments = ["all", *arguments]
    chosen, extra = parser.parse_known_args(arguments)
    command, _ = COMMANDS[chosen.command]
    try:
        return command(extra)
    except KeyboardInterrupt:
        print(f"{chosen.command}: interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
