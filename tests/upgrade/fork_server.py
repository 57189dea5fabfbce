"""Runs one step of an upgrade after another, each in a forked child, so that it can be killed and starts at once.

It reads a JSON line {"step": …, "urls": …} for each step, and answers with the child's process id, then with its exit
status. It must not have threads or event loops of its own.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress

import stores.influx.timeline
import stores.sql.activity.activity
import stores.sql.outbox.outbox
import stores.sql.timeline.timeline  # noqa: F401 — the openers import the drivers when they need them: here, before a fork
from gateway.config.urls import Url
from tests.upgrade.steps import STEPS


def main() -> None:
    for line in sys.stdin:
        work = json.loads(line)
        child = os.fork()
        if child == 0:
            run(work["step"], {port: Url.parse(url) for port, url in work["urls"].items()})
        answer(child)
        _, status = os.waitpid(child, 0)
        answer(os.waitstatus_to_exitcode(status))


def answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def run(step: str, urls: Mapping[str, Url]) -> None:
    """Run a step and exit: 0, or 1 after a traceback on stderr."""
    try:
        asyncio.run(STEPS[step](urls))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
