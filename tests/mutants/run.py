"""`python -m tests mutants`: seeds faults in the compiled executor, one at a time. The tests must find each of them."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from tests.mutants.seeded import MUTANTS, Mutant

TOP = Path(__file__).resolve().parents[2]
COPIED = ("gateway", "resolvers", "stores", "tests", "pyproject.toml", "schema.graphql")
UNIT_TESTS = ("tests/resolvers/execution/compiled", "tests/resolvers/data", "tests/resolvers/test_golden.py")
CHECKS: dict[str, Sequence[str]] = {
    "unit tests": ("pytest", "-q", "-x", "--timeout", "60", *UNIT_TESTS),
    "oracle": ("tests.oracle.run", "--whole", "--documents"),
}
MOST_SECONDS = 900
"""A check that takes longer hangs: that counts as found."""


class NotSeeded(Exception):
    """The text that a mutant replaces does not occur once: the module has changed."""


class Verdict(NamedTuple):
    """What found a mutant; None if nothing did."""

    mutant: Mutant
    found_by: str | None
    seconds: float


def seeded(source: str, mutant: Mutant) -> str:
    """The module's text with the fault. Raises `NotSeeded`."""
    if source.count(mutant.old) != 1:
        raise NotSeeded(f"{mutant.module}: {source.count(mutant.old)} times: {mutant.old!r} ({mutant.fault})")
    return source.replace(mutant.old, mutant.new)


@contextmanager
def copied_tree(mutant: Mutant | None) -> Iterator[Path]:
    """A copy of the project with the fault, if there is one."""
    with tempfile.TemporaryDirectory(prefix="quadrangle-mutant-") as folder:
        for name in COPIED:
            if (TOP / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "node_modules")
                shutil.copytree(TOP / name, Path(folder, name), ignore=ignored)
            else:
                shutil.copy(TOP / name, folder)
        if mutant is not None:
            module = Path(folder, mutant.module)
            module.write_text(seeded(module.read_text(encoding="utf-8"), mutant), encoding="utf-8")
        yield Path(folder)


def check(mutant: Mutant | None, documents: int) -> Verdict:
    """Run the checks on a tree with this fault until one fails."""
    started = perf_counter()
    with copied_tree(mutant) as tree:
        for name, command in CHECKS.items():
            last = () if name == "unit tests" else (str(documents),)
            try:
                ended = subprocess.run(
                    [sys.executable, "-m", *command, *last],
                    cwd=tree,
                    env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
                    capture_output=True,
                    timeout=MOST_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Verdict(MUTANTS[0] if mutant is None else mutant, f"{name} (hangs)", perf_counter() - started)
            if ended.returncode:
                if mutant is None:
                    raise SystemExit(f"the {name} fail without any fault:\n{ended.stdout.decode()[-3_000:]}")
                return Verdict(mutant, name, perf_counter() - started)
    return Verdict(MUTANTS[0] if mutant is None else mutant, None, perf_counter() - started)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests mutants", description=__doc__)
    parser.add_argument("--documents", type=int, default=1_500, help="of the oracle; default 1,500")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="mutants at a time")
    parser.add_argument("--only", default="", help="the faults with this text in their description or module")
    chosen = parser.parse_args(arguments)
    mutants = [each for each in MUTANTS if chosen.only in each.fault or chosen.only in each.module]
    for mutant in mutants:
        seeded((TOP / mutant.module).read_text(encoding="utf-8"), mutant)
    print("without a fault: ", end="", flush=True)
    print(f"passes, {check(None, chosen.documents).seconds:.0f} s", flush=True)
    survived = 0
    pool = ThreadPoolExecutor(chosen.jobs)
    try:
        for verdict in pool.map(lambda mutant: check(mutant, chosen.documents), mutants):
            survived += verdict.found_by is None
            found_by = verdict.found_by or "NOTHING"
            print(f"{found_by:20} {verdict.seconds:5.0f} s  {verdict.mutant.fault}", flush=True)
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C, too: no further mutant begins
    print(f"{len(mutants) - survived} of {len(mutants)} faults found")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
