"""The runbooks of docs/operations.md as tests execute them: the page is the only source of their steps."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import PIPE

from tests.e2e.command import PLAIN, TOP
from tests.examples.blocks import BLOCK

PAGE = TOP / "docs" / "operations.md"
TITLES = {
    "mongo": "MongoDB is away",
    "sql": "The ledger is away",
    "influx": "InfluxDB is away",
    "redis": "Redis is away",
}
"""By the role of an embedded server: the title of the section about its outage."""
GATEWAY = "127.0.0.1:8001"
"""Where the page's gateway listens."""
SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """The commands of a runbook, in order. `away`: while the server is away; `back`: when it is back."""

    away: Sequence[str]
    back: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that has ended."""

    command: str
    exit_code: int
    stdout: str
    stderr: str


def runbook_of(role: str) -> Runbook:
    """The runbook of a server's outage."""
    title = f"### {TITLES[role]}\n"
    away, back = re.split(r"^When it is back", section_of(title), maxsplit=1, flags=re.MULTILINE)
    return Runbook(away=commands_in(away), back=commands_in(back))


def section_of(title: str) -> str:
    """The text of the section with this heading."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition(f"\n{title}")
    assert found, title
    return re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]


def commands_in(text: str, *, run_by: str = "tests/runbooks.py") -> Sequence[str]:
    """The commands of the page's blocks in this part of it that the file `run_by` runs."""
    blocks = [code for note, _, code in BLOCK.findall(text) if note == f"run by {run_by}"]
    return [line for block in blocks for line in block.splitlines() if line]


async def execute(
    command: str, *, environment: Mapping[str, str], folder: Path, gateway: str = GATEWAY, path: str = ""
) -> Ended:
    """Run a command in a folder. `environment`: the settings of the stores; `gateway`: where the gateway listens;
    `path`: a folder of further programs."""
    quadrangle = folder / "bin" / "quadrangle"
    quadrangle.parent.mkdir(exist_ok=True)
    quadrangle.write_text(f'#!/bin/sh\nPYTHONPATH={TOP} exec {sys.executable} -m gateway "$@"\n', encoding="utf-8")
    quadrangle.chmod(0o755)
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", command.replace(GATEWAY, gateway)),
        cwd=folder,
        env={**PLAIN, **environment, "PATH": f"{quadrangle.parent}:{path}:{PLAIN['PATH']}"},
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(command=command, exit_code=process.returncode, stdout=out.decode(), stderr=err.decode())


async def execute_away(role: str, *, environment: Mapping[str, str], folder: Path, gateway: str) -> None:
    """Run the steps while the server is away: /readyz answers with 200 and says DOWN after the next probe, and `check`
    exits with 1 and says why."""
    for command in runbook_of(role).away:
        run = partial(execute, command, environment=environment, folder=folder, gateway=gateway)
        await repeat(run, until=says_down)


async def execute_back(role: str, *, environment: Mapping[str, str], folder: Path, gateway: str) -> None:
    """Run the steps when the server is back: each succeeds."""
    for command in runbook_of(role).back:
        await succeed(command, environment=environment, folder=folder, gateway=gateway)


async def succeed(
    command: str, *, environment: Mapping[str, str], folder: Path, gateway: str = GATEWAY, path: str = ""
) -> None:
    """Run a command until it succeeds: a server that has just started may refuse connections for a moment."""
    run = partial(execute, command, environment=environment, folder=folder, gateway=gateway, path=path)
    await repeat(run, until=lambda ended: not ended.exit_code)


def says_down(ended: Ended) -> bool:
    """Whether a step found that a store is away."""
    return ended.exit_code == int(ended.command.startswith("quadrangle check")) and "DOWN" in ended.stdout


async def repeat(run: Callable[[], Awaitable[Ended]], *, until: Callable[[Ended], bool]) -> None:
    """Run a command until its end is as expected."""
    now = asyncio.get_running_loop().time
    deadline = now() + SECONDS
    while not until(ended := await run()):
        assert now() < deadline, ended
    assert "Traceback" not in ended.stderr, ended
