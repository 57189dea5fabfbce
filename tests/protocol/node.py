"""A suite in JavaScript as a process: what became of its tests, and the moment from which it may go on."""

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
    "--test-force-exit",  # whatever a client has left open
]


@dataclass(frozen=True, slots=True)
class Suite:
    process: asyncio.subprocess.Process
    said: IO[bytes]

    async def until(self, event: asyncio.Event) -> None:
        """Wait for something that the suite brings about."""
        waiting = asyncio.create_task(event.wait()), asyncio.create_task(self.process.wait())
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        assert event.is_set(), "the suite ended before"

    async def passed(self) -> int:
        """How many tests it had. It may go on now, and is waited for."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = await self.process.wait()
        assert code == 0, "it failed"
        passed, _ = self._told()
        assert passed, "there was no test"
        return passed

    def report(self) -> str:
        """Which tests failed and why, with whatever else it said."""
        passed, rest = self._told()
        return "\n".join([f"{passed} passed", *rest])

    def _told(self) -> tuple[int, list[str]]:
        self.said.seek(0)
        lines = self.said.read().decode().splitlines()
        verdicts = [json.loads(line) for line in lines if line.startswith(VERDICT)]
        failed = [f"{verdict['name']}: {verdict['said']}" for verdict in verdicts if verdict["said"] != "ok"]
        return len(verdicts) - len(failed), failed + [line for line in lines if not line.startswith(VERDICT)]


@dataclass(frozen=True, slots=True)
class Node:
    command: str

    @asynccontextmanager
    async def suite(self, script: str, **environment: str) -> AsyncIterator[Suite]:
        """Runs it. Whatever happens to the test meanwhile, what the suite said is told with it."""
        with TemporaryFile() as said:
            process = await asyncio.create_subprocess_exec(
                *(self.command, *OPTIONS, script),
                cwd=HERE,
                env={**os.environ, **environment},
                stdin=asyncio.subprocess.PIPE,
                stdout=said,
                stderr=said,
            )
            suite = Suite(process, said)
            try:
                async with asyncio.timeout(SUITE_SECONDS):
                    yield suite
            except BaseException as error:
                await end(process)
                error.add_note(f"{script}: {suite.report()}")
                raise


async def end(process: asyncio.subprocess.Process) -> None:
    """By the signal that has it end its browser, too."""
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
