"""Checks a file in one pass, and makes its records again in another: no file is held in memory."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from gateway.datasets.bad_rows import BadRows
from gateway.datasets.csv_files.cells import Cells
from gateway.datasets.csv_stream import Columns, CsvFile
from gateway.datasets.load_counts import OnProgress
from gateway.datasets.references import References
from stores.batches import batched

CHECKED_ROWS = 1_000
"""Rows whose references are looked up at once."""
Row = TypeVar("Row")
Record = TypeVar("Record")


class RecordFile(ABC, Generic[Row, Record]):
    """A file whose rows are records of one kind. `now` bounds the times in it. All methods but `find` refuse a row by
    ValueError."""

    kind: ClassVar[str]
    columns: ClassVar[Columns]

    def __init__(self, path: Path, references: References, now: datetime) -> None:
        self.file = CsvFile(path=path, columns=self.columns)
        self.references = references
        self.now = now
        self.good = 0
        self._bad: set[int] = set()

    @abstractmethod
    def parse(self, cells: Cells) -> Row:
        """The row with typed values. It is called in both passes."""

    @abstractmethod
    async def find(self, rows: Sequence[Row]) -> None:
        """Look up what these rows refer to."""

    @abstractmethod
    def make(self, row: Row) -> Record:
        """The record of a row, from what was found. It is called in both passes, with the same result."""

    @abstractmethod
    def keep(self, record: Record) -> None:
        """Note a record for the rows that follow. It is called once with each record, in order."""

    async def check(self, bad_rows: BadRows, on_progress: OnProgress) -> None:
        """Check each row. Raises `BadSource` for a file that cannot be read, OSError and StoreError."""

        def refuse(number: int, error: ValueError) -> None:
            self._bad.add(number)
            bad_rows.add(self.kind, self.file.name, number, error)

        lines, read = self.file.count_lines(), 0
        for batch in batched(self.file.rows(refuse), CHECKED_ROWS):
            parsed: list[tuple[int, Row]] = []
            for number, values in batch:
                try:
                    parsed.append((number, self.parse(Cells(values))))
                except ValueError as error:
                    refuse(number, error)
            await self.find([row for _, row in parsed])
            for number, row in parsed:
                try:
                    self.keep(self.make(row))
                    self.good += 1
                except ValueError as error:
                    refuse(number, error)
            read += len(batch)
            on_progress(f"rows of {self.kind}", read, max(lines, read))
            await asyncio.sleep(0)  # or a signal would wait for the end of the file

    def records(self) -> Iterator[Record]:
        """The records of the good rows, after `check`."""
        for number, values in self.file.rows(lambda number, error: None):
            if number not in self._bad:
                yield self.make(self.parse(Cells(values)))
