"""quadrangle watch: print live progress updates."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from gateway.cli.options import utf8

if TYPE_CHECKING:
    from gateway.config.urls import Url

HELP = "print live progress, one line per update"
DESCRIPTION = (
    "Subscribes to a running gateway and prints each update on stdout: the time, the learner, the progress and the\n"
    "items that changed. If the connection is lost, it reconnects and resumes after the last update. Ctrl-C ends it."
)
EPILOG = """\
examples:
  quadrangle watch --data .quadrangle --course course-v1:Demo+SQL101+2026
  quadrangle watch --data .quadrangle --learner demo-0001 --json | jq .data.progressUpdated.changed
  quadrangle watch --url https://learn.example.org/graphql --token "$TOKEN" --learner demo-0001
"""
DEFAULT_URL = "http://127.0.0.1:8000/graphql"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--course", type=utf8, metavar="KEY", help="all learners of a course")
    what.add_argument("--learner", type=utf8, metavar="ID", help="a learner by id (demo-0001) or global id")
    what.add_argument("--registration", type=registration, metavar="UUID", help="one enrolment by its registration")
    parser.add_argument("--url", type=url, help=f"the GraphQL endpoint of the gateway (default: {DEFAULT_URL})")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the demo that serves this data folder; without --token as an ADMIN"
    )
    parser.add_argument("--token", type=utf8, help="the token to send: see `quadrangle token`")
    parser.add_argument("--after", type=utf8, metavar="CURSOR", help="start after this update (--json prints cursors)")
    parser.add_argument("--json", action="store_true", help="print each update as a line of JSON")


def registration(text: str) -> UUID:
    """The key of an enrolment."""
    try:
        return UUID(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a UUID") from None


def url(text: str) -> "Url":
    """An HTTP URL."""
    from gateway.config.urls import Url

    try:
        made = Url.parse(text)
    except ValueError:
        raise ArgumentTypeError("not a URL") from None
    if not text.startswith(("http://", "https://")):
        raise ArgumentTypeError("not an http:// or https:// URL")
    return made


def run(options: Namespace) -> int:
    """Print updates until a signal comes or the gateway ends the subscription."""
    import asyncio
    import json
    from typing import Any

    from gateway.config.settings import environment_settings
    from gateway.runtime.clock import utc_now
    from gateway.runtime.console import stderr_console
    from gateway.runtime.shutdown import Shutdown
    from gateway.runtime.shutdown import run as run_command
    from gateway.watch_client.formatting import format_update
    from gateway.watch_client.reconnect import ReconnectingWatch
    from gateway.watch_client.subscription import WatchSubscription
    from gateway.watch_client.target import GatewayTarget, find_target

    settings, console = environment_settings(), stderr_console()
    watched = WatchSubscription(course=options.course, learner=options.learner, registration=options.registration)

    def find() -> GatewayTarget:
        return find_target(
            url=options.url,
            data=options.data,
            token=options.token,
            default=url(DEFAULT_URL),
            settings=settings,
            now=utc_now,
        )

    def show(payload: dict[str, Any]) -> None:
        sys.stdout.write(
            (json.dumps(payload, ensure_ascii=False) if options.json else format_update(payload, None)) + "\n"
        )
        sys.stdout.flush()

    async def watch(shutdown: Shutdown) -> int:
        console.print(f"watching {watched} at {find().url}")
        client = ReconnectingWatch(
            watched, after=options.after, find=find, wait=asyncio.sleep, on_update=show, notify=console.print
        )
        await client.run()
        return 0

    return run_command(watch, interrupted=None)
