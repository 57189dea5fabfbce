"""The types of the options that several commands share."""

from argparse import ArgumentTypeError
from datetime import timedelta

import pytest

from gateway.cli.options import duration, port


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("30min", timedelta(minutes=30)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("3660d", timedelta(days=3660)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "12", "h", "0s", "-1h", "1.5h", "1 h", "1y", "3661d", "999999999w", "٣h", "1H"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not"):
        duration(text)


@pytest.mark.parametrize("text", ["", "-1", "65536", "x", "٣", "²"])
def test_other_ports_are_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a port"):
        port(text)
