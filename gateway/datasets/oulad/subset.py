"""Selects a part of OULAD: one run, or the first students, with the rows that belong to them."""

from itertools import islice

from gateway.datasets.bad_rows import BadSource
from gateway.datasets.oulad.course import course_key
from gateway.datasets.oulad.rows import RunKey
from gateway.datasets.oulad.tables import Tables


def find_run(tables: Tables, name: str) -> RunKey:
    """The run called `AAA/2013J`, or that with this course key. Raises `BadSource`, which lists the existing runs."""
    for run in tables.runs:
        if name in (str(run), course_key(run)):
            return run
    raise BadSource(f"there is no run {name}; there are {', '.join(map(str, sorted(tables.runs)))}")


def subset(tables: Tables, *, run: RunKey | None, learners: int | None) -> Tables:
    """The tables restricted to one run (None: all runs) and to the first `learners` students (None: all students)."""
    students = [key for key in tables.students if run is None or key.run == run]
    if learners is not None:
        chosen = set(islice(dict.fromkeys(key.student for key in students), learners))
        students = [key for key in students if key.student in chosen]
    part, runs = Tables(), {key.run for key in students}
    part.runs = {key: row for key, row in tables.runs.items() if key in runs}
    part.assessments = {key: row for key, row in tables.assessments.items() if row.run in runs}
    part.sites = {key: row for key, row in tables.sites.items() if row.run in runs}
    part.students = {key: tables.students[key] for key in students}
    part.registrations = {key: tables.registrations[key] for key in students if key in tables.registrations}
    part.results = {key: tables.results[key] for key in students if key in tables.results}
    part.clicks = {key: tables.clicks[key] for key in students if key in tables.clicks}
    part.left_out = tables.left_out
    return part
