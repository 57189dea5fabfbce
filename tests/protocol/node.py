"""Runs a JavaScript suite as a process, reads its results, and lets it continue at a given point."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

HERE = Path(__file__).resolve().parent
SUITE_SECONDS = 90
VERDICT = '{"name":'
OPTIONS = [
    f"--test-reporter={(HERE / 'report.mjs').as_uri()}",
    "--test-force-exit",  # although a client may have open handles
]


@dataclass(frozen=True, slots=True)
class Suite:
    process: asyncio.subprocess.Process
    output: IO[bytes]

    async def until(self, event: asyncio.Event) -> None:
        """Wait for an event that the suite causes."""
        waiting = asyncio.create_task(event.wait()), asyncio.create_task(self.process.wait())
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        assert event.is_set(), "the suite ended before the event"

    async def passed(self) -> int:
        """Let the suite continue and wait for its end; return the number of its tests. All must pass."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = await self.process.wait()
        assert code == 0, "the suite failed"
        passed, _ = self._results()
        assert passed, "the suite has no test"
        return passed

    def names(self) -> list[str]:
        """The names of the suite's tests that have ended, in their order."""
        return [verdict["name"] for verdict in self._verdicts()]

    def report(self) -> str:
        """Which tests failed and why, with all other output."""
        passed, rest = self._results()
        return "\n".join([f"{passed} passed", *rest])

    def _results(self) -> tuple[int, list[str]]:
        verdicts = self._verdicts()
        failed = [f"{verdict['name']}: {verdict['outcome']}" for verdict in verdicts if verdict["outcome"] != "ok"]
        return len(verdicts) - len(failed), failed + [line for line in self._lines() if not line.startswith(VERDICT)]

    def _verdicts(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self._lines() if line.startswith(VERDICT)]

    def _lines(self) -> list[str]:
        self.output.seek(0)
        return self.output.read().decode().splitlines()


@dataclass(frozen=True, slots=True)
class Node:
    command: str

    @asynccontextmanager
    async def suite(self, script: str, **environment: str) -> AsyncIterator[Suite]:
        """Run a suite. If the test fails meanwhile, its error gets the suite's report as a note."""
        with TemporaryFile() as output:
            process = await asyncio.create_subprocess_exec(
                *(self.command, *OPTIONS, script),
                cwd=HERE,
                env={**os.environ, **environment},
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
            suite = Suite(process, output)
            try:
                async with asyncio.timeout(SUITE_SECONDS):
                    yield suite
            except BaseException as error:
                await end(process)
                error.add_note(f"{script}: {suite.report()}")
                raise


async def end(process: asyncio.subprocess.Process) -> None:
    """Terminate the suite; on this signal it also ends its browser."""
    if process.returncode is None:
        assert process.stdin is not None
        process.stdin.close()
        process.terminate()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
