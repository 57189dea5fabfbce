"""Arguments that several commands share, and their types."""

import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config.groups.http import HttpSettings

UNITS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Seconds in each unit of time that an option takes."""
LONGEST_DURATION = timedelta(days=3_660)


def add_data(parser: ArgumentParser) -> None:
    """Add `--data`: the embedded servers of a data folder instead of the stores of the environment."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="use the embedded servers of this data folder instead of the GATEWAY_*_URL settings; they are started "
        "unless they run already, as under a running demo",
    )


def add_address(parser: ArgumentParser) -> None:
    """Add `--host` and `--port`: where to listen."""
    parser.add_argument("--host", help="the address to listen on (default: GATEWAY_HOST, else 127.0.0.1)")
    parser.add_argument("--port", type=port, help="the port; 0 takes a free one (default: GATEWAY_PORT, else 8000)")


def chosen_address(options: Namespace, settings: "HttpSettings") -> tuple[str, int]:
    """The host and the port of the options, else those of the settings."""
    host = settings.host if options.host is None else options.host
    return host, settings.port if options.port is None else options.port


def add_processes(parser: ArgumentParser) -> None:
    """Add `--processes`: how many processes serve. The hidden `--supervised` is for these processes."""
    parser.add_argument(
        "--processes",
        type=process_count,
        metavar="N",
        help="how many processes serve, each on a core of its own (default: GATEWAY_PROCESSES, else 1)",
    )
    parser.add_argument("--supervised", type=supervised, metavar="NUMBER:DESCRIPTOR", help=SUPPRESS)


def add_oulad(parser: ArgumentParser) -> None:
    """Add the dataset's folder and `--skip-bad`."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with its CSV files (plain or .gz)")
    add_skip_bad(parser)


def add_skip_bad(parser: ArgumentParser) -> None:
    """Add `--skip-bad`."""
    parser.add_argument("--skip-bad", action="store_true", help="skip bad rows and count them")


def add_import_checks(parser: ArgumentParser) -> None:
    """Add `--skip-bad` and `--dry-run`."""
    add_skip_bad(parser)
    parser.add_argument("--dry-run", action="store_true", help="check everything, print the counts and write nothing")


def port(text: str) -> int:
    """A TCP port."""
    if not (text.isascii() and text.isdecimal()) or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def process_count(text: str) -> int:
    """A number of processes."""
    from gateway.config.groups.http import MOST_PROCESSES

    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= MOST_PROCESSES:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_PROCESSES}")
    return int(text)


def supervised(text: str) -> tuple[int, int]:
    """The number of a supervised process, and the descriptor of its socket."""
    number, _, descriptor = text.partition(":")
    if not (number.isdecimal() and descriptor.isdecimal()):
        raise ArgumentTypeError("it is for the processes of --processes only")
    return int(number), int(descriptor)


def learner_count(text: str) -> int:
    """A number of learners."""
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 10_000_000:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to 10,000,000")
    return int(text)


def rate(text: str) -> float:
    """A number of events per second."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.1 <= number <= 100:
        raise ArgumentTypeError(f"{text!r} is not a number from 0.1 to 100")
    return number


def duration(text: str) -> timedelta:
    """A number and a unit: 90s, 30min, 12h, 7d or 2w. `m` also means minutes."""
    found = re.fullmatch(r"([0-9]{1,9})(s|min|m|h|d|w)", text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is not a duration: a number and s, min, h, d or w, such as 30min or 12h")
    seconds = int(found[1]) * UNITS[found[2]]
    if not 0 < seconds <= LONGEST_DURATION.total_seconds():
        raise ArgumentTypeError(f"{text!r} is not between 1s and {LONGEST_DURATION.days}d")
    return timedelta(seconds=seconds)


def utf8(text: str) -> str:
    """Text that can be sent as UTF-8. A command line may hold other bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ArgumentTypeError("it is not UTF-8") from None
    return text
