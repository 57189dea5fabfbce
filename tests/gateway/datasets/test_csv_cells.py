"""Typed values of the cells of a CSV file."""

from hypothesis import given
from hypothesis import strategies as some

from gateway.datasets.csv_files.cells import Cells


@given(some.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_may_be_written_as_programs_write_it(number: float) -> None:
    assert Cells({"score": repr(number)}).number("score") == number


@given(some.floats(0, 1))
def test_shares_may_have_as_many_digits_as_a_decimal_column(share: float) -> None:
    assert Cells({"score": f"{share:.40f}"}).number("score") == float(f"{share:.40f}")
