"""`quadrangle replay`: its arguments."""

from argparse import ArgumentTypeError

import pytest

from gateway.cli.replay import speed


@pytest.mark.parametrize(("text", "seconds"), [("86400", 86_400), ("1d", 86_400), ("6h", 21_600), ("0.5", 0.5)])
def test_a_speed_is_a_number_or_a_duration(text: str, seconds: float) -> None:
    assert speed(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "fast", "-1", "1y"])
def test_other_texts_are_not_a_speed(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        speed(text)
