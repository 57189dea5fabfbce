"""Reads OULAD's files: CSV, plain or gzipped, with an exact header and one row per line."""

import csv
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from gateway.datasets.bad_rows import BadRows, BadSource

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[Row]):
    """A file by its name and header. `parse` makes a row of the fields of a line; its ValueError says what is wrong.

    `parts`: the file may hold a part of the real table and be named so (`studentVle_AAA_2013J_first_rows.csv`).
    """

    name: str
    columns: tuple[str, ...]
    parse: Callable[[list[str]], Row]
    parts: bool = False


def read_rows(folder: Path, table: Table[Row], keep: Callable[[Row], None], bad_rows: BadRows) -> None:
    """Pass every row of a table to `keep`. A row that `parse` or `keep` refuses by ValueError goes to `bad_rows`.

    Raises `BadSource` if the file is missing, unreadable or has another header."""
    path = find_file(folder, table)
    lines = read_text(path).split("\n")
    try:
        header = split_fields(lines[0])
    except ValueError as error:
        raise BadSource(f"{path.name} row 1: {error}") from None
    if tuple(header) != table.columns:
        raise BadSource(f"{path.name} row 1: {header_fault(header, table.columns)}")
    width = len(header)
    for number, line in enumerate(lines[1:], start=2):
        if line in ("", "\r"):
            continue
        try:
            fields = split_fields(line)
            if len(fields) != width:
                raise ValueError(f"{len(fields)} fields in place of {width}")
            keep(table.parse(fields))
        except ValueError as error:
            bad_rows.add(table.name, path.name, number, error)


def split_fields(line: str) -> list[str]:
    """The fields of one line. No value of OULAD contains a line break, so a stray quote spoils one row only."""
    line = line.removesuffix("\r")
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None


def find_file(folder: Path, table: Table[Row]) -> Path:
    """The file of a table. Raises `BadSource` unless there is exactly one."""
    if not folder.is_dir():
        raise BadSource(f"{folder}: no such folder")
    patterns = [f"{table.name}.csv", f"{table.name}.csv.gz"]
    if table.parts:
        patterns += [f"{table.name}_*.csv", f"{table.name}_*.csv.gz"]
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if not found:
        raise BadSource(f"{table.name}.csv: not in {folder}, neither plain nor as .csv.gz")
    if len(found) > 1:
        raise BadSource(f"{table.name}.csv: there more than once ({', '.join(path.name for path in found)})")
    return found[0]


def read_text(path: Path) -> str:
    """The text of a plain or gzipped file. Raises `BadSource`."""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadSource(f"{path.name}: damaged, not a whole gzip file") from None
    except OSError as error:
        raise BadSource(f"{path.name}: cannot be read ({error.strerror})") from None
    # Bytes that are not UTF-8 become characters that no value may contain, so that they spoil one row only.
    return content.decode("utf-8-sig", errors="surrogateescape")


def header_fault(header: list[str], columns: tuple[str, ...]) -> str:
    """What is wrong with a header."""
    missing = [column for column in columns if column not in header]
    return f"missing column {', '.join(missing)}" if missing else f"the header must be {','.join(columns)}"
