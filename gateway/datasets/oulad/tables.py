"""OULAD's tables together, read in the order in which they refer to each other: keys and references are checked."""

from collections.abc import Mapping
from pathlib import Path

from gateway.datasets.oulad import rows
from gateway.datasets.oulad.files import BadSource, Sieve, each_row
from gateway.datasets.oulad.rows import (
    Assessment,
    Clicks,
    Registration,
    Result,
    Run,
    RunKey,
    Site,
    Student,
    StudentKey,
)


class Tables:
    """Every good row; those of one student in one run lie together, in the order of their file."""

    def __init__(self) -> None:
        self.runs: dict[RunKey, Run] = {}
        self.assessments: dict[int, Assessment] = {}
        self.sites: dict[int, Site] = {}
        self.students: dict[StudentKey, Student] = {}
        self.registrations: dict[StudentKey, Registration] = {}
        self.results: dict[StudentKey, list[Result]] = {}
        self.clicks: dict[StudentKey, list[Clicks]] = {}
        self.left_out: Mapping[str, int] = {}

    def add_run(self, row: Run) -> None:
        if row.key in self.runs:
            raise ValueError(f"{row.key} is there twice")
        self.runs[row.key] = row

    def add_assessment(self, row: Assessment) -> None:
        if row.id in self.assessments:
            raise ValueError(f"assessment {row.id} is there twice")
        self.known_run(row.run)
        self.assessments[row.id] = row

    def add_site(self, row: Site) -> None:
        if row.id in self.sites:
            raise ValueError(f"site {row.id} is there twice")
        self.known_run(row.run)
        self.sites[row.id] = row

    def add_student(self, row: Student) -> None:
        if row.key in self.students:
            raise ValueError(f"{row.key} is there twice")
        self.known_run(row.key.run)
        self.students[row.key] = row

    def add_registration(self, row: Registration) -> None:
        if row.key in self.registrations:
            raise ValueError(f"{row.key} is there twice")
        self.known_student(row.key)
        self.registrations[row.key] = row

    def add_result(self, row: Result) -> None:
        # The row names no run: its assessment does.
        found = self.assessments.get(row.assessment)
        if found is None:
            raise ValueError(f"assessments.csv has no assessment {row.assessment}")
        key = StudentKey(found.run, row.student)
        self.known_student(key)
        self.results.setdefault(key, []).append(row)

    def add_clicks(self, row: Clicks) -> None:
        self.known_student(row.key)
        found = self.sites.get(row.site)
        if found is None or found.run != row.key.run:
            raise ValueError(f"vle.csv has no site {row.site} in {row.key.run}")
        self.clicks.setdefault(row.key, []).append(row)

    def known_run(self, key: RunKey) -> None:
        if key not in self.runs:
            raise ValueError(f"courses.csv has no {key}")

    def known_student(self, key: StudentKey) -> None:
        if key not in self.students:
            raise ValueError(f"studentInfo.csv has no {key}")


def read_tables(folder: Path, *, skip_bad: bool) -> Tables:
    """All of `folder`, or `BadSource` for the first thing wrong; with `skip_bad` bad rows are left out and counted,
    and so are those that refer to one. A missing or unreadable file, or a wrong header, is an error at any rate."""
    tables, sieve = Tables(), Sieve(skip_bad=skip_bad)
    each_row(folder, rows.RUNS, tables.add_run, sieve)
    each_row(folder, rows.ASSESSMENTS, tables.add_assessment, sieve)
    each_row(folder, rows.VLE, tables.add_site, sieve)
    each_row(folder, rows.STUDENTS, tables.add_student, sieve)
    each_row(folder, rows.REGISTRATIONS, tables.add_registration, sieve)
    unregistered = next((key for key in tables.students if key not in tables.registrations), None)
    if unregistered is not None and not skip_bad:
        raise BadSource(f"studentRegistration.csv: no row for {unregistered}")
    each_row(folder, rows.RESULTS, tables.add_result, sieve)
    each_row(folder, rows.CLICKS, tables.add_clicks, sieve)
    tables.left_out = dict(sieve.left_out)
    return tables
