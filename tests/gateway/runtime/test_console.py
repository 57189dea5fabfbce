"""What a user sees while a command works."""

import io

from rich.console import Console

from gateway.runtime.console import ProgressBars, format_table


def lines_of(*reports: tuple[str, int, int], every_line: bool) -> list[str]:
    """The lines that reports make without a terminal."""
    text = io.StringIO()
    with ProgressBars(Console(file=text), line_every=0.0 if every_line else 1_000.0) as bars:
        for stage, done, total in reports:
            bars(stage, done, total)
    return text.getvalue().splitlines()


def test_the_last_line_is_printed_once() -> None:
    reports = [("courses", 1, 2), ("courses", 2, 2), ("courses", 2, 2)]
    assert lines_of(*reports, every_line=True) == ["loaded 1 courses", "loaded 2 courses"]


def test_fast_work_is_one_line() -> None:
    reports = [("courses", 1, 1), ("events", 1_000, 2_000), ("events", 2_000, 2_000)]
    assert lines_of(*reports, every_line=False) == ["loaded 1 courses, 2,000 events"]


def test_work_without_records_is_no_line() -> None:
    assert lines_of(every_line=True) == []


def test_the_cells_of_a_table_are_aligned() -> None:
    assert format_table([("a", "bb"), (100, "")]) == "a     bb\n100"
