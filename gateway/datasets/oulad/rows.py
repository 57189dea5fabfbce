"""OULAD's rows: every field of every file, checked and typed. ValueError names the column and the value."""

import re
from typing import NamedTuple

from gateway.datasets.oulad.files import Table
from gateway.datasets.oulad.kinds import EXAMS, SITES
from gateway.datasets.oulad.values import (
    FURTHEST_DAY,
    MISSING,
    number,
    one_of,
    percent,
    shown,
    whole,
    whole_or_none,
    words,
)

MODULE = re.compile(r"[A-Z]{3}")
PRESENTATION = re.compile(r"20[0-9]{2}[BJ]")


class RunKey(NamedTuple):
    module: str
    presentation: str

    def __str__(self) -> str:
        return f"{self.module}/{self.presentation}"


class StudentKey(NamedTuple):
    """One student in one run: `id_student` alone repeats across runs."""

    run: RunKey
    student: int

    def __str__(self) -> str:
        return f"student {self.student} of {self.run}"


class Run(NamedTuple):
    key: RunKey
    days: int


class Assessment(NamedTuple):
    id: int
    run: RunKey
    type: str
    day: int | None
    weight: float


class Site(NamedTuple):
    id: int
    run: RunKey
    activity: str
    week_from: int | None
    week_to: int | None


class Student(NamedTuple):
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
    key: StudentKey
    registered: int | None
    unregistered: int | None


class Result(NamedTuple):
    assessment: int
    student: int
    day: int
    banked: bool
    score: float | None


class Clicks(NamedTuple):
    key: StudentKey
    site: int
    day: int
    clicks: int


def run(fields: list[str]) -> Run:
    return Run(run_key(fields[0], fields[1]), whole("module_presentation_length", fields[2], 1, FURTHEST_DAY))


def assessment(fields: list[str]) -> Assessment:
    return Assessment(
        number("id_assessment", fields[2]),
        run_key(fields[0], fields[1]),
        one_of("assessment_type", fields[3], EXAMS),
        whole_or_none("date", fields[4]),
        percent("weight", fields[5]),
    )


def site(fields: list[str]) -> Site:
    return Site(
        number("id_site", fields[0]),
        run_key(fields[1], fields[2]),
        one_of("activity_type", fields[3], SITES),
        whole_or_none("week_from", fields[4]),
        whole_or_none("week_to", fields[5]),
    )


def student(fields: list[str]) -> Student:
    return Student(
        StudentKey(run_key(fields[0], fields[1]), number("id_student", fields[2])),
        one_of("gender", fields[3], ("F", "M")),
        words("region", fields[4]),
        words("highest_education", fields[5]),
        None if fields[6] in MISSING else words("imd_band", fields[6]),
        words("age_band", fields[7]),
        number("num_of_prev_attempts", fields[8]),
        number("studied_credits", fields[9]),
        one_of("disability", fields[10], ("N", "Y")),
        one_of("final_result", fields[11], ("Distinction", "Fail", "Pass", "Withdrawn")),
    )


def registration(fields: list[str]) -> Registration:
    return Registration(
        StudentKey(run_key(fields[0], fields[1]), number("id_student", fields[2])),
        whole_or_none("date_registration", fields[3]),
        whole_or_none("date_unregistration", fields[4]),
    )


def result(fields: list[str]) -> Result:
    return Result(
        number("id_assessment", fields[0]),
        number("id_student", fields[1]),
        whole("date_submitted", fields[2], -FURTHEST_DAY, FURTHEST_DAY),
        one_of("is_banked", fields[3], ("0", "1")) == "1",
        None if fields[4] in MISSING else percent("score", fields[4]),
    )


def clicks(fields: list[str]) -> Clicks:
    return Clicks(
        StudentKey(run_key(fields[0], fields[1]), number("id_student", fields[2])),
        number("id_site", fields[3]),
        whole("date", fields[4], -FURTHEST_DAY, FURTHEST_DAY),
        number("sum_click", fields[5]),
    )


def run_key(module: str, presentation: str) -> RunKey:
    if MODULE.fullmatch(module) is None:
        raise ValueError(f"code_module {shown(module)} is not three capital letters")
    if PRESENTATION.fullmatch(presentation) is None:
        raise ValueError(f"code_presentation {shown(presentation)} is not a year with B or J")
    return RunKey(module, presentation)


RUN = ("code_module", "code_presentation")
RUNS = Table(name="courses", columns=(*RUN, "module_presentation_length"), parse=run)
ASSESSMENTS = Table(
    name="assessments", columns=(*RUN, "id_assessment", "assessment_type", "date", "weight"), parse=assessment
)
VLE = Table(name="vle", columns=("id_site", *RUN, "activity_type", "week_from", "week_to"), parse=site)
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
    parse=student,
)
REGISTRATIONS = Table(
    name="studentRegistration",
    columns=(*RUN, "id_student", "date_registration", "date_unregistration"),
    parse=registration,
)
RESULTS = Table(
    name="studentAssessment",
    columns=("id_assessment", "id_student", "date_submitted", "is_banked", "score"),
    parse=result,
)
CLICKS = Table(
    name="studentVle", columns=(*RUN, "id_student", "id_site", "date", "sum_click"), parse=clicks, parts=True
)
