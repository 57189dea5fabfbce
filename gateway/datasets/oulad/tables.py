"""All tables of OULAD, read in the order in which they refer to each other. Keys and references are checked."""

from collections.abc import Mapping
from pathlib import Path

from gateway.datasets.bad_rows import BadRows, MissingReference
from gateway.datasets.oulad import rows
from gateway.datasets.oulad.files import read_rows
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
    """Every good row. Results and clicks are grouped by student and run, in the order of their file.

    The `add_…` methods raise ValueError for a row that is there twice or refers to a missing one."""

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
        """Add a row of courses.csv."""
        if row.key in self.runs:
            raise ValueError(f"{row.key} is there twice")
        self.runs[row.key] = row

    def add_assessment(self, row: Assessment) -> None:
        """Add a row of assessments.csv."""
        if row.id in self.assessments:
            raise ValueError(f"assessment {row.id} is there twice")
        self.check_run(row.run)
        self.assessments[row.id] = row

    def add_site(self, row: Site) -> None:
        """Add a row of vle.csv."""
        if row.id in self.sites:
            raise ValueError(f"site {row.id} is there twice")
        self.check_run(row.run)
        self.sites[row.id] = row

    def add_student(self, row: Student) -> None:
        """Add a row of studentInfo.csv."""
        if row.key in self.students:
            raise ValueError(f"{row.key} is there twice")
        self.check_run(row.key.run)
        self.students[row.key] = row

    def add_registration(self, row: Registration) -> None:
        """Add a row of studentRegistration.csv."""
        if row.key in self.registrations:
            raise ValueError(f"{row.key} is there twice")
        self.check_student(row.key)
        self.registrations[row.key] = row

    def add_result(self, row: Result) -> None:
        """Add a row of studentAssessment.csv. It names no run; its assessment does."""
        found = self.assessments.get(row.assessment)
        if found is None:
            raise missing("assessments", f"assessment {row.assessment}")
        key = StudentKey(found.run, row.student)
        self.check_student(key)
        self.results.setdefault(key, []).append(row)

    def add_clicks(self, row: Clicks) -> None:
        """Add a row of studentVle.csv."""
        self.check_student(row.key)
        found = self.sites.get(row.site)
        if found is None or found.run != row.key.run:
            raise missing("vle", f"site {row.site} in {row.key.run}")
        self.clicks.setdefault(row.key, []).append(row)

    def check_run(self, key: RunKey) -> None:
        """Raise `MissingReference` if the run is unknown."""
        if key not in self.runs:
            raise missing("courses", key)

    def check_student(self, key: StudentKey) -> None:
        """Raise `MissingReference` if the student is unknown in that run."""
        if key not in self.students:
            raise missing("studentInfo", key)


def missing(table: str, row: object) -> MissingReference:
    """The error of a row that refers to a missing `row` of `table`."""
    return MissingReference(table, f"{table}.csv has no {row}")


def read_tables(folder: Path, *, skip_bad: bool) -> Tables:
    """All tables of `folder`. Raises `BadSource`, which lists the bad rows of all files.

    With `skip_bad` bad rows and the rows that refer to them are left out and counted. A missing or unreadable file and
    a wrong header are always errors."""
    tables, bad = Tables(), BadRows(skip=skip_bad)
    read_rows(folder, rows.RUNS, tables.add_run, bad)
    read_rows(folder, rows.ASSESSMENTS, tables.add_assessment, bad)
    read_rows(folder, rows.VLE, tables.add_site, bad)
    read_rows(folder, rows.STUDENTS, tables.add_student, bad)
    read_rows(folder, rows.REGISTRATIONS, tables.add_registration, bad)
    if not bad.any_in(rows.REGISTRATIONS.name):
        for key in tables.students:
            if key not in tables.registrations:
                bad.report(f"studentRegistration.csv: no row for {key}")
    read_rows(folder, rows.RESULTS, tables.add_result, bad)
    read_rows(folder, rows.CLICKS, tables.add_clicks, bad)
    bad.check()
    tables.left_out = dict(bad.left_out)
    return tables
