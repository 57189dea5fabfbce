"""The rows of OULAD's files, with every field checked and typed. A ValueError names the column and shows the value."""

import re
from typing import NamedTuple

from gateway.datasets.bad_rows import quoted
from gateway.datasets.oulad.files import Table
from gateway.datasets.oulad.kinds import EXAMS, SITES
from gateway.datasets.oulad.values import (
    FURTHEST_DAY,
    MISSING,
    count,
    integer,
    one_of,
    optional_day,
    percentage,
    printable_text,
)

MODULE = re.compile(r"[A-Z]{3}")
PRESENTATION = re.compile(r"20[0-9]{2}[BJ]")


class RunKey(NamedTuple):
    """A run by `code_module` and `code_presentation`."""

    module: str
    presentation: str

    def __str__(self) -> str:
        return f"{self.module}/{self.presentation}"


class StudentKey(NamedTuple):
    """One student in one run. An `id_student` may be in several runs."""

    run: RunKey
    student: int

    def __str__(self) -> str:
        return f"student {self.student} of {self.run}"


class Run(NamedTuple):
    """A row of courses.csv. `days`: module_presentation_length."""

    key: RunKey
    days: int


class Assessment(NamedTuple):
    """A row of assessments.csv. `day`: of the deadline, None if unknown; `weight`: in percent."""

    id: int
    run: RunKey
    type: str
    day: int | None
    weight: float


class Site(NamedTuple):
    """A row of vle.csv: a page of the learning environment, with the weeks it is planned for."""

    id: int
    run: RunKey
    activity: str
    week_from: int | None
    week_to: int | None


class Student(NamedTuple):
    """A row of studentInfo.csv, with the names of its columns."""

    key: StudentKey
    gender: str
    region: str
    highest_education: str
    imd_band: str | None
    age_band: str
    num_of_prev_attempts: int
    studied_credits: int
    disability: str
    final_result: str


class Registration(NamedTuple):
    """A row of studentRegistration.csv, with days relative to the start of the run."""

    key: StudentKey
    registered: int | None
    unregistered: int | None


class Result(NamedTuple):
    """A row of studentAssessment.csv. `score`: 0 … 100; `banked`: taken over from an earlier run."""

    assessment: int
    student: int
    day: int
    banked: bool
    score: float | None


class Clicks(NamedTuple):
    """A row of studentVle.csv: the clicks of one student on one site on one day."""

    key: StudentKey
    site: int
    day: int
    clicks: int


def parse_run(fields: list[str]) -> Run:
    """Parse a row of courses.csv."""
    return Run(parse_run_key(fields[0], fields[1]), integer("module_presentation_length", fields[2], 1, FURTHEST_DAY))


def parse_assessment(fields: list[str]) -> Assessment:
    """Parse a row of assessments.csv."""
    return Assessment(
        count("id_assessment", fields[2]),
        parse_run_key(fields[0], fields[1]),
        one_of("assessment_type", fields[3], EXAMS),
        optional_day("date", fields[4]),
        percentage("weight", fields[5]),
    )


def parse_site(fields: list[str]) -> Site:
    """Parse a row of vle.csv."""
    return Site(
        count("id_site", fields[0]),
        parse_run_key(fields[1], fields[2]),
        one_of("activity_type", fields[3], SITES),
        optional_day("week_from", fields[4]),
        optional_day("week_to", fields[5]),
    )


def parse_student(fields: list[str]) -> Student:
    """Parse a row of studentInfo.csv."""
    return Student(
        StudentKey(parse_run_key(fields[0], fields[1]), count("id_student", fields[2])),
        one_of("gender", fields[3], ("F", "M")),
        printable_text("region", fields[4]),
        printable_text("highest_education", fields[5]),
        None if fields[6] in MISSING else printable_text("imd_band", fields[6]),
        printable_text("age_band", fields[7]),
        count("num_of_prev_attempts", fields[8]),
        count("studied_credits", fields[9]),
        one_of("disability", fields[10], ("N", "Y")),
        one_of("final_result", fields[11], ("Distinction", "Fail", "Pass", "Withdrawn")),
    )


def parse_registration(fields: list[str]) -> Registration:
    """Parse a row of studentRegistration.csv."""
    return Registration(
        StudentKey(parse_run_key(fields[0], fields[1]), count("id_student", fields[2])),
        optional_day("date_registration", fields[3]),
        optional_day("date_unregistration", fields[4]),
    )


def parse_result(fields: list[str]) -> Result:
    """Parse a row of studentAssessment.csv."""
    return Result(
        count("id_assessment", fields[0]),
        count("id_student", fields[1]),
        integer("date_submitted", fields[2], -FURTHEST_DAY, FURTHEST_DAY),
        one_of("is_banked", fields[3], ("0", "1")) == "1",
        None if fields[4] in MISSING else percentage("score", fields[4]),
    )


def parse_clicks(fields: list[str]) -> Clicks:
    """Parse a row of studentVle.csv."""
    return Clicks(
        StudentKey(parse_run_key(fields[0], fields[1]), count("id_student", fields[2])),
        count("id_site", fields[3]),
        integer("date", fields[4], -FURTHEST_DAY, FURTHEST_DAY),
        count("sum_click", fields[5]),
    )


def parse_run_key(module: str, presentation: str) -> RunKey:
    """Parse a run's key."""
    if MODULE.fullmatch(module) is None:
        raise ValueError(f"code_module {quoted(module)} is not three capital letters")
    if PRESENTATION.fullmatch(presentation) is None:
        raise ValueError(f"code_presentation {quoted(presentation)} is not a year with B or J")
    return RunKey(module, presentation)


RUN = ("code_module", "code_presentation")
RUNS = Table(name="courses", columns=(*RUN, "module_presentation_length"), parse=parse_run)
ASSESSMENTS = Table(
    name="assessments", columns=(*RUN, "id_assessment", "assessment_type", "date", "weight"), parse=parse_assessment
)
VLE = Table(name="vle", columns=("id_site", *RUN, "activity_type", "week_from", "week_to"), parse=parse_site)
STUDENTS = Table(
    name="studentInfo",
    columns=(
        *RUN,
        "id_student",
        "gender",
        "region",
        "highest_education",
        "imd_band",
        "age_band",
        "num_of_prev_attempts",
        "studied_credits",
        "disability",
        "final_result",
    ),
    parse=parse_student,
)
REGISTRATIONS = Table(
    name="studentRegistration",
    columns=(*RUN, "id_student", "date_registration", "date_unregistration"),
    parse=parse_registration,
)
RESULTS = Table(
    name="studentAssessment",
    columns=("id_assessment", "id_student", "date_submitted", "is_banked", "score"),
    parse=parse_result,
)
CLICKS = Table(
    name="studentVle", columns=(*RUN, "id_student", "id_site", "date", "sum_click"), parse=parse_clicks, parts=True
)
