"""CSV files are read row by row, and a row that is no CSV costs no other row."""

import gzip
from pathlib import Path

import pytest

from gateway.datasets.bad_rows import BadSource
from gateway.datasets.csv_stream import Columns, CsvFile

COLUMNS = Columns(required=("a", "b"), optional=("c",), prefixes=("x.",))


def read(path: Path, columns: Columns = COLUMNS) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    bad: list[tuple[int, str]] = []
    rows = CsvFile(path=path, columns=columns).rows(lambda number, error: bad.append((number, str(error))))
    return [(number, list(values.values())) for number, values in rows], bad


def written(folder: Path, content: str | bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_rows_have_the_numbers_of_a_spreadsheet(tmp_path: Path) -> None:
    path = written(tmp_path, 'b,a\n1,"two\nlines"\n\n3,"say ""hi"", please"\n')
    assert read(path) == ([(2, ["1", "two\nlines"]), (4, ["3", 'say "hi", please'])], [])


@pytest.mark.parametrize(("line", "why"), [("1", "1 fields in place of 2"), ('"1"x,2', "',' expected after '\"'")])
def test_a_row_that_is_no_csv_costs_no_other_row(tmp_path: Path, line: str, why: str) -> None:
    assert read(written(tmp_path, f"a,b\n{line}\n3,4\n")) == ([(3, ["3", "4"])], [(2, why)])


@pytest.mark.parametrize("more", [1, 50_000])
def test_a_quote_without_an_end_makes_the_file_unreadable(tmp_path: Path, more: int) -> None:
    """It hides the rows after it, which must not be skipped as one bad row."""
    path = written(tmp_path, 'a,b\n1,2\n"3,4\n' + "5,6\n" * more)
    with pytest.raises(BadSource, match=r"^f\.csv row 3: a quote is not closed \(lines 3 to "):
        read(path)
    assert read(written(tmp_path, 'a,b\n1,2\n"3,4')) == ([(2, ["1", "2"])], [(3, "unexpected end of data")])


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffa,b\r\n1,ł\r\n".encode(),
        "a,b\n1,ł".encode(),
        gzip.compress("a,b\n1,ł\n".encode()),
    ],
    ids=["Windows", "no last line end", "gzip"],
)
def test_a_byte_order_mark_line_ends_and_gzip_make_no_difference(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content, "f.csv.gz" if content[:2] == b"\x1f\x8b" else "f.csv")
    assert read(path) == ([(2, ["1", "ł"])], [])
    assert CsvFile(path=path, columns=COLUMNS).count_lines() in (0, 1)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("a", "missing column b"),
        ("a;b", "missing column a, b; columns are separated by commas"),
        ("a,b,a", "column a is there twice"),
        ("a,b,d", "unknown column 'd'; columns: a, b, c"),
        ('a,"b', "unexpected end of data"),
        ("", "missing column a, b"),
    ],
)
def test_a_wrong_header_is_reported(tmp_path: Path, header: str, why: str) -> None:
    with pytest.raises(BadSource) as caught:
        CsvFile(path=written(tmp_path, header), columns=COLUMNS).check_header()
    assert caught.value.lines == (f"f.csv row 1: {why}",)


def test_columns_may_have_any_order_a_prefix_or_be_of_no_interest(tmp_path: Path) -> None:
    assert read(written(tmp_path, "x.y,b,c,a\n1,2,3,4\n"))[0] == [(2, ["1", "2", "3", "4"])]
    assert read(written(tmp_path, "z,b,a\n1,2,3\n"), Columns(required=("a",), others=True))[0] == [(2, ["1", "2", "3"])]


@pytest.mark.parametrize("content", [gzip.compress(b"a,b\n1,2\n" * 9_000)[:-9], b"a,b\n1,2\n"])
def test_a_damaged_file_is_reported(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadSource, match=r"f\.csv\.gz: damaged, not a whole gzip file"):
        read(written(tmp_path, content, "f.csv.gz"))
