"""OULAD's files: CSV, plain or gzipped, of an exact header and a row a line. What is wrong is said with its place."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

Row = TypeVar("Row")


class BadSource(Exception):
    """The files cannot be imported as they are: which file, which row (the header is row 1), and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[Row]):
    """A file by name, its header, and what makes a row of its fields (ValueError: why it cannot).

    `parts`: the file may hold a part of the real table and be called so (`studentVle_AAA_2013J_first_rows.csv`).
    """

    name: str
    columns: tuple[str, ...]
    parse: Callable[[list[str]], Row]
    parts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What becomes of a bad row: an error at once, or left out and counted by its file."""

    skip_bad: bool
    left_out: Counter[str] = field(default_factory=Counter)

    def refuse(self, file: str, row: int, why: str) -> None:
        if not self.skip_bad:
            raise BadSource(f"{file} row {row}: {why}")
        self.left_out[file] += 1


def each_row(folder: Path, table: Table[Row], keep: Callable[[Row], None], sieve: Sieve) -> None:
    """Hand every row of a table to `keep`, which refuses one by ValueError."""
    path = find(folder, table)
    lines = text_of(path).split("\n")
    try:
        header = fields_of(lines[0])
    except ValueError as error:
        raise BadSource(f"{path.name} row 1: {error}") from None
    if tuple(header) != table.columns:
        raise BadSource(f"{path.name} row 1: {header_fault(header, table.columns)}")
    width = len(header)
    for number, line in enumerate(lines[1:], start=2):
        if line in ("", "\r"):
            continue
        try:
            fields = fields_of(line)
            if len(fields) != width:
                raise ValueError(f"{len(fields)} fields in place of {width}")
            keep(table.parse(fields))
        except ValueError as error:
            sieve.refuse(path.name, number, str(error))


def fields_of(line: str) -> list[str]:
    """The fields of one line. No value of OULAD has a line break in it, so a stray quote costs its own row only."""
    line = line.removesuffix("\r")
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None


def find(folder: Path, table: Table[Row]) -> Path:
    """The one file of a table."""
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


def text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadSource(f"{path.name}: damaged, not a whole gzip file") from None
    except OSError as error:
        raise BadSource(f"{path.name}: cannot be read ({error.strerror})") from None
    # What is not UTF-8 becomes characters that no value may have, so that it costs its own row only.
    return content.decode("utf-8-sig", errors="surrogateescape")


def header_fault(header: list[str], columns: tuple[str, ...]) -> str:
    missing = [column for column in columns if column not in header]
    return f"missing column {', '.join(missing)}" if missing else f"the header must be {','.join(columns)}"
