"""Reads CSV files of any size row by row, plain or gzipped."""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from gateway.datasets.bad_rows import BadSource, quoted

OnBadRow = Callable[[int, ValueError], None]
"""Called with the number of a row that is not CSV, or has not a field for each column, and the error."""
BLOCK_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns that a file may have, in any order. `prefixes`: any column that begins so. `others`: any column."""

    required: Sequence[str]
    optional: Sequence[str] = ()
    prefixes: tuple[str, ...] = ()
    others: bool = False

    def fault(self, header: Sequence[str]) -> str | None:
        """What is wrong with a header, or None."""
        if missing := [column for column in self.required if column not in header]:
            separator = "; columns are separated by commas" if len(header) == 1 and ";" in header[0] else ""
            return f"missing column {', '.join(missing)}{separator}"
        if twice := [column for column in dict.fromkeys(header) if header.count(column) > 1]:
            return f"column {', '.join(twice)} is there twice"
        known = {*self.required, *self.optional}
        unknown = [name for name in header if name not in known and not name.startswith(self.prefixes)]
        if unknown and not self.others:
            return f"unknown column {', '.join(map(quoted, unknown))}; columns: {', '.join(sorted(known))}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFile:
    """A CSV file in UTF-8 with a header. Row numbers are those of a spreadsheet: the header is row 1."""

    path: Path
    columns: Columns

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def check_header(self) -> None:
        """Raise `BadSource` for a wrong header or a damaged file, and OSError for a file that cannot be read."""
        next(self.rows(lambda number, error: None), None)

    def count_lines(self) -> int:
        """The number of lines after the header: at least the number of rows. Raises `BadSource` or OSError."""
        with self._opened() as file:
            return max(sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK_BYTES), b"")) - 1, 0)

    def rows(self, on_bad: OnBadRow) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Each row's number and values by column. Empty rows are left out.

        Raises `BadSource` for a wrong header, a damaged file, or a bad row of several lines: they may be rows that a
        quote without an end hides, which must not be left out as one. Raises OSError."""
        with self._opened() as file, _as_text(file) as text:
            reader = csv.reader(text, strict=True)
            header = self._header(reader)
            width, number = len(header), 1
            while True:
                number += 1
                first_line = reader.line_num + 1
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    if reader.line_num > first_line:
                        lines = f"lines {first_line:,} to {reader.line_num:,}"
                        raise BadSource(f"{self.name} row {number}: a quote is not closed ({lines})") from None
                    on_bad(number, ValueError(str(error)))
                    continue
                if len(fields) == width:
                    yield number, dict(zip(header, fields, strict=True))
                elif fields:
                    on_bad(number, ValueError(f"{len(fields)} fields in place of {width}"))

    def _header(self, reader: Iterator[list[str]]) -> list[str]:
        try:
            header = [name.strip() for name in next(islice(reader, 1), [])]
        except csv.Error as error:
            raise BadSource(f"{self.name} row 1: {error}") from None
        if fault := self.columns.fault(header):
            raise BadSource(f"{self.name} row 1: {fault}")
        return header

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """The file's content, decompressed. Errors of reading it are raised where it is read, inside this context."""
        with self.path.open("rb") as raw:
            if self.path.suffix != ".gz":
                yield raw
                return
            try:
                with gzip.open(raw) as content:
                    yield content  # type: ignore[misc]  # a GzipFile has the methods of a BinaryIO
            except (gzip.BadGzipFile, EOFError, zlib.error):
                raise BadSource(f"{self.name}: damaged, not a whole gzip file") from None


@contextmanager
def _as_text(file: BinaryIO) -> Iterator[TextIO]:
    """The text of a file. Bytes that are not UTF-8 become characters that no value may contain."""
    text = TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()
