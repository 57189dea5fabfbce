"""Options that several commands have."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

DEMO_LEARNERS, DEMO_SEED = 500, 1
LIVE_RATE = 3.0


def add_data(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the embedded servers of this data folder in place of GATEWAY_*_URL: joined when they run (as under a "
        "running demo), else started",
    )


def add_address(parser: ArgumentParser) -> None:
    parser.add_argument("--host", help="the address to listen on (GATEWAY_HOST; 127.0.0.1)")
    parser.add_argument("--port", type=port, help="the port; 0 takes a free one (GATEWAY_PORT; 8000)")


def port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port: 0 … 65535")
    return int(text)


def count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000_000:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to 10,000,000")
    return int(text)


def rate(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.1 <= number <= 100:
        raise ArgumentTypeError(f"{text!r} is not a number from 0.1 to 100")
    return number
