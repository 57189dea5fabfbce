"""Files of learners, enrolments and events as a `Dataset`. All rows are checked before the first write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.datasets.bad_rows import BadRows
from gateway.datasets.csv_files.enrollments import EnrollmentFile
from gateway.datasets.csv_files.events import EventFile
from gateway.datasets.csv_files.learners import LearnerFile
from gateway.datasets.csv_files.record_file import RecordFile
from gateway.datasets.csv_stream import CsvFile
from gateway.datasets.dataset import Dataset, ReiterableRecords
from gateway.datasets.load_counts import OnProgress, ignore_progress
from gateway.datasets.references import References
from stores.domain.events import Event
from stores.domain.profiles import Profile
from stores.domain.progress import Enrollment


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSource:
    """The files of an import; at least one of them."""

    learners: Path | None = None
    enrollments: Path | None = None
    events: Path | None = None

    def check_headers(self) -> None:
        """Raise `BadSource` for a wrong header or a damaged file, and OSError for a file that cannot be read."""
        kinds: tuple[tuple[Path | None, type[RecordFile[Any, Any]]], ...] = (
            (self.learners, LearnerFile),
            (self.enrollments, EnrollmentFile),
            (self.events, EventFile),
        )
        for path, kind in kinds:
            if path is not None:
                CsvFile(path=path, columns=kind.columns).check_header()


async def read_csv(
    source: CsvSource,
    references: References,
    *,
    now: datetime,
    skip_bad: bool = False,
    on_progress: OnProgress = ignore_progress,
) -> Dataset:
    """The records of the files. Learners, courses, enrolments and items that a row refers to must exist, in the files
    before it or in the stores. `now` bounds the times.

    Raises `BadSource`, which lists the bad rows; with `skip_bad` these are left out and counted. Raises OSError and
    StoreError."""
    learners = [] if source.learners is None else [LearnerFile(source.learners, references, now)]
    enrollments = [] if source.enrollments is None else [EnrollmentFile(source.enrollments, references, now)]
    events = [] if source.events is None else [EventFile(source.events, references, now)]
    files: tuple[RecordFile[Any, Any], ...] = (*learners, *enrollments, *events)
    bad = BadRows(skip=skip_bad)
    for file in files:
        await file.check(bad, on_progress)
    bad.check()

    def profiles() -> Iterator[Profile]:
        for file in learners:
            yield from file.records()

    def enrolled() -> Iterator[Enrollment]:
        for file in enrollments:
            yield from (record.enrollment for record in file.records())

    def recorded() -> Iterator[Event]:
        for file in enrollments:
            yield from (record.registered for record in file.records() if record.registered is not None)
        for event_file in events:
            yield from event_file.records()

    return Dataset(
        name="CSV",
        courses=(),
        existing_courses=tuple(references.newest),
        profiles=ReiterableRecords(profiles),
        enrollments=ReiterableRecords(enrolled),
        events=ReiterableRecords(recorded),
        sizes={
            "profiles": sum(file.good for file in learners),
            "enrollments": sum(file.good for file in enrollments),
            "events": sum(file.registered for file in enrollments) + sum(file.good for file in events),
        },
        counts={file.kind: file.good for file in files},
        left_out=dict(bad.left_out),
    )
