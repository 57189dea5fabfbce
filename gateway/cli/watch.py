import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from gateway.config.urls import Url

HELP = "see live progress: a line an update"
DESCRIPTION = (
    "Subscribes to a running gateway and prints each update on stdout: when, who, how far, and which items changed.\n"
    "Where the gateway goes away it waits, and goes on behind the last update. Ctrl-C ends it."
)
EPILOG = """\
examples:
  quadrangle watch --data .quadrangle --course course-v1:Demo+SQL101+2026
  quadrangle watch --data .quadrangle --learner demo-0001 --json | jq .data.progressUpdated.changed
  quadrangle watch --url https://learn.example.org/graphql --token "$TOKEN" --learner demo-0001
"""
DEFAULT_URL = "http://127.0.0.1:8000/graphql"


def add_arguments(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--course", type=text, metavar="KEY", help="everybody in a course")
    what.add_argument("--learner", type=text, metavar="ID", help="a learner: demo-0001, or a global id")
    what.add_argument("--registration", type=registration, metavar="UUID", help="one enrolment")
    parser.add_argument("--url", type=url, help=f"the gateway's GraphQL endpoint ({DEFAULT_URL})")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the running demo of this data folder; without --token, as an ADMIN"
    )
    parser.add_argument("--token", type=text, help="who watches: see `quadrangle token`")
    parser.add_argument("--after", type=text, metavar="CURSOR", help="go on behind this update (--json has cursors)")
    parser.add_argument("--json", action="store_true", help="each update as a line of JSON, in place of one to read")


def text(given: str) -> str:
    try:
        given.encode()
    except UnicodeEncodeError:
        raise ArgumentTypeError("it is not UTF-8") from None
    return given


def registration(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a UUID") from None


def url(text: str) -> "Url":
    from gateway.config.urls import Url

    try:
        made = Url.parse(text)
    except ValueError:
        raise ArgumentTypeError("not a URL") from None
    if not text.startswith(("http://", "https://")):
        raise ArgumentTypeError("not an http:// or https:// URL")
    return made


def run(options: Namespace) -> int:
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
    from gateway.watch_client.target import Target, find_target

    settings, console = environment_settings(), stderr_console()
    asked = WatchSubscription(course=options.course, learner=options.learner, registration=options.registration)

    def find() -> Target:
        return find_target(
            url=options.url,
            data=options.data,
            token=options.token,
            default=url(DEFAULT_URL),
            settings=settings,
            now=utc_now,
        )

    def show(answer: dict[str, Any]) -> None:
        sys.stdout.write(
            (json.dumps(answer, ensure_ascii=False) if options.json else format_update(answer, None)) + "\n"
        )
        sys.stdout.flush()

    async def watch(shutdown: Shutdown) -> int:
        console.print(f"watching {asked} at {find().url}")
        following = ReconnectingWatch(
            asked, after=options.after, find=find, wait=asyncio.sleep, on_update=show, tell=console.print
        )
        await following.run()
        return 0

    return run_command(watch, when_stopped=0)
