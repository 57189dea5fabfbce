"""Reads the log twice: once to check and count its rows, and once to make events of them."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from gateway.datasets.bad_rows import BadRows
from gateway.datasets.csv_stream import CsvFile, OnBadRow
from gateway.datasets.load_counts import OnProgress
from gateway.datasets.moodle.log_rows import parse_row
from gateway.datasets.moodle.mapping import MoodleMapping
from gateway.datasets.moodle.statements import Skipped, Statement, events_of, statement_of
from gateway.datasets.references import Place
from resolvers.value_rules import problem_with_time
from stores.batches import batched
from stores.domain.events import Event

CHECKED_ROWS = 1_000
"""Rows between two reports of progress."""


class LogReader:
    """A log under a mapping. After `check`: `rows` is the number of rows, `skipped` how many make no event, by reason;
    `places` how many statements there are for each learner and course, and `enrolling` those of them that the log
    enrols. `now` bounds the times."""

    def __init__(self, file: CsvFile, mapping: MoodleMapping, now: datetime) -> None:
        self.rows = 0
        self.skipped: Counter[str] = Counter()
        self.places: Counter[Place] = Counter()
        self.enrolling: dict[Place, None] = {}
        self._file = file
        self._mapping = mapping
        self._now = now

    async def check(self, bad_rows: BadRows, on_progress: OnProgress) -> None:
        """Check each row. Raises `BadSource` for a file that cannot be read, and OSError."""

        def refuse(number: int, error: ValueError) -> None:
            bad_rows.add("log", self._file.name, number, error)

        lines = self._file.count_lines()
        for batch in batched(self._statements(refuse), CHECKED_ROWS):
            for found in batch:
                if isinstance(found, Skipped):
                    self.skipped[found.reason] += 1
                    continue
                self.places[found.place] += 1
                if found.enrolls:
                    self.enrolling[found.place] = None
            self.rows += len(batch)
            on_progress("rows of the log", self.rows, max(lines, self.rows))
            await asyncio.sleep(0)  # or a signal would wait for the end of the file

    def events(self, registrations: Mapping[Place, UUID]) -> Iterator[Event]:
        """The events of the enrolments with these registrations."""
        for found in self._statements(lambda number, error: None):
            if isinstance(found, Statement) and found.place in registrations:
                yield from events_of(found, registrations[found.place], self._mapping.site)

    def _statements(self, on_bad: OnBadRow) -> Iterator[Statement | Skipped]:
        """What each good row makes."""
        for number, values in self._file.rows(on_bad):
            try:
                row = parse_row(values)
                if problem := problem_with_time(row.at, self._now):
                    raise ValueError(f"timecreated {problem}")
            except ValueError as error:
                on_bad(number, error)
            else:
                yield statement_of(row, self._mapping)
